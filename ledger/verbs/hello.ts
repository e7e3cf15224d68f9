import type { HeldReplica, Hello, HelloVerdict } from '../../model/host.ts';
import type { Epoch } from '../../model/ids.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { mistakenHost } from './mistaken-host.ts';
import { dropUnaccountedGpus } from './unaccounted-gpus.ts';
import { workersAfterHello } from './workers.ts';

/**
 * A journal that has seen an epoch this ledger never gave means that the ledger is older than its hosts (restored from
 * a copy): a new generation begins, above everything seen, and every host is placeable again only after its own hello.
 * A repeat of an accepted hello is accepted in the same words and changes nothing: what was placed there since is meant
 * for this host.
 */
export async function hello(ctx: VerbContext, said: Hello): Promise<HelloVerdict> {
  const known =
    (await ctx.trx.selectFrom('hosts').selectAll().where('name', '=', said.name).executeTakeFirst()) ?? null;
  const present = await presentGeneration(ctx);
  if (known?.session === said.session && known.generation === present.generation) {
    return accepted(present.generation, known.hello_counter ?? present.epoch_counter);
  }
  const because = await mistakenHost(ctx, said, known);
  if (because !== null) return { kind: 'refused', because };
  await raiseGeneration(ctx, said.highestEpoch);
  const { generation, epoch_counter: counter } = await presentGeneration(ctx);
  const host = {
    pool: said.pool,
    engine_id: said.engineId,
    session: said.session,
    incarnation: said.incarnation,
    journal_id: said.journalId,
    inventory: toJson(said.inventory),
    workers: toJson(await workersAfterHello(ctx, known, said.inventory.slots)),
    reported: toJson(said.held),
    unknown_held: toJson(await unknownHeld(ctx, said.held)),
    lost_after_ms: said.lostAfterMs,
    generation,
    hello_counter: counter,
    hello_at_ms: ctx.nowMs,
    condition: 'up',
    condition_since_ms: ctx.nowMs,
  } as const;
  const anew = { cordoned: 0, draining: 0, drain_deadline_ms: null } as const;
  await ctx.trx
    .insertInto('hosts')
    .values({ name: said.name, ...host, ...anew, revision: 0 })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ ...host, ...(known?.condition === 'removed' ? anew : {}) }),
    )
    .execute();
  await dropUnaccountedGpus(ctx, said.name);
  ctx.touch('queue');
  ctx.touch('hosts');
  return accepted(generation, counter);
}

const accepted = (generation: number, counter: number) =>
  ({ kind: 'accepted', generation, highestEpoch: { generation, counter } }) as const;

/** Begins a new generation when somebody has seen a higher epoch than this ledger ever gave. Answers the present one. */
export async function raiseGeneration(ctx: VerbContext, highest: Epoch | null): Promise<number> {
  const present = await presentGeneration(ctx);
  const isBeyondLedger =
    highest !== null &&
    (highest.generation > present.generation ||
      (highest.generation === present.generation && highest.counter > present.epoch_counter));
  if (!isBeyondLedger) return present.generation;
  const generation = 1 + highest.generation;
  await ctx.trx.updateTable('ledger_state').set({ generation, epoch_counter: 0 }).where('id', '=', 1).execute();
  ctx.touch('hosts');
  return generation;
}

/**
 * What the host may still run under an epoch that this ledger has never given, or does not remember giving, and what
 * runs there although its placement was given back: a host that was taken for destroyed and was not.
 */
async function unknownHeld(ctx: VerbContext, held: readonly HeldReplica[]): Promise<readonly HeldReplica[]> {
  const unknown: HeldReplica[] = [];
  for (const replica of held) {
    if (!replica.containerRunning && replica.phase === 'closed') continue;
    const placement = await ctx.trx
      .selectFrom('placements')
      .select('released_at_ms')
      .where('uid', '=', replica.uid)
      .where('generation', '=', replica.epoch.generation)
      .where('counter', '=', replica.epoch.counter)
      .where('role', '=', replica.role)
      .where('replica', '=', replica.replica)
      .executeTakeFirst();
    const isOver = placement !== undefined && placement.released_at_ms !== null;
    if (placement === undefined || (isOver && replica.containerRunning)) unknown.push(replica);
  }
  return unknown;
}
