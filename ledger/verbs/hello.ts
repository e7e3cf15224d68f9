import type { Hello, HelloVerdict } from '../../model/host.ts';
import type { Epoch } from '../../model/ids.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';

/**
 * A journal that has seen an epoch this ledger never gave means that the ledger is older than its hosts (restored from
 * a copy): a new generation begins, above everything seen, and every host is placeable again only after its own hello.
 */
export async function hello(ctx: VerbContext, said: Hello): Promise<HelloVerdict> {
  const because = await swappedEngine(ctx, said);
  if (because !== null) return { kind: 'refused', because };
  const generation = await agreeOnGeneration(ctx, said.highestEpoch);
  const host = {
    pool: said.pool,
    engine_id: said.engineId,
    session: said.session,
    incarnation: said.incarnation,
    inventory: toJson(said.inventory),
    reported: toJson(said.held),
    generation,
    hello_at_ms: ctx.nowMs,
  };
  await ctx.trx
    .insertInto('hosts')
    .values({ name: said.name, ...host })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(host))
    .execute();
  ctx.touch('queue');
  return { kind: 'accepted', generation };
}

async function swappedEngine(ctx: VerbContext, said: Hello): Promise<string | null> {
  const known = await ctx.trx.selectFrom('hosts').select('engine_id').where('name', '=', said.name).executeTakeFirst();
  if (known === undefined || known.engine_id === said.engineId) return null;
  const { held } = await ctx.trx
    .selectFrom('placements')
    .select(({ fn }) => fn.countAll<number>().as('held'))
    .where('host', '=', said.name)
    .where('released_at_ms', 'is', null)
    .executeTakeFirstOrThrow();
  if (held === 0) return null;
  return (
    `host ${said.name} is known with Docker engine ${known.engine_id}, and ${held} replica(s) placed there are not ` +
    `accounted for; this is engine ${said.engineId}. Start the host worker on the engine it had, or give this host another name.`
  );
}

async function agreeOnGeneration(ctx: VerbContext, highest: Epoch | null): Promise<number> {
  const present = await presentGeneration(ctx);
  const isBeyondLedger =
    highest !== null &&
    (highest.generation > present.generation ||
      (highest.generation === present.generation && highest.counter > present.epoch_counter));
  if (!isBeyondLedger) return present.generation;
  const generation = 1 + highest.generation;
  await ctx.trx.updateTable('ledger_state').set({ generation, epoch_counter: 0 }).where('id', '=', 1).execute();
  return generation;
}
