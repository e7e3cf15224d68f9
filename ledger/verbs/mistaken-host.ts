import type { Selectable } from 'kysely';
import type { Hello } from '../../model/host.ts';
import type { HostName } from '../../model/ids.ts';
import type { HostTable } from '../schema.ts';
import type { VerbContext } from './context.ts';

type HostRow = Selectable<HostTable>;

/**
 * Why whoever says this hello is not the host it says it is; null when it is. A data directory (its journal), an engine
 * and a name belong together while anything may depend on it:
 *
 *   the journal goes by another name        copied data directory
 *   the journal lacks the last known start  copied data directory: two copies have each gone on by themselves
 *   the name has another journal            another host with this name, or one that lost its memory
 *   the name has another engine             swapped engine
 *   the engine goes by another name         one engine under two hosts
 */
export async function mistakenHost(ctx: VerbContext, said: Hello, known: HostRow | null): Promise<string | null> {
  const others = await ctx.trx
    .selectFrom('hosts')
    .selectAll()
    .where('name', '!=', said.name)
    .where('condition', '!=', 'removed')
    .where((eb) => eb.or([eb('journal_id', '=', said.journalId), eb('engine_id', '=', said.engineId)]))
    .orderBy('name')
    .execute();
  const copied = others.find((other) => other.journal_id === said.journalId);
  if (copied !== undefined) {
    return (
      `its data directory is a copy of host ${copied.name}'s. Give host ${said.name} an empty data directory, ` +
      `or remove host ${copied.name} first if it was renamed.`
    );
  }
  const own = known === null ? null : await mistakenOwn(ctx, said, known);
  if (own !== null) return own;
  for (const other of others) {
    if (other.condition === 'up' || (await heldOn(ctx, other.name)) > 0) {
      return (
        `its Docker engine ${said.engineId} is host ${other.name}'s already. One engine serves one host: stop this one, ` +
        `or remove host ${other.name} first.`
      );
    }
  }
  return null;
}

async function mistakenOwn(ctx: VerbContext, said: Hello, known: HostRow): Promise<string | null> {
  const isSameJournal = known.journal_id === said.journalId || known.journal_id === '';
  if (known.condition === 'removed') {
    return isSameJournal
      ? `host ${said.name} was removed. To let it join again, start it with an empty data directory.`
      : null;
  }
  const isUp = known.condition === 'up';
  if (!isSameJournal) {
    if (isUp) {
      return `another host goes by the name ${said.name} and is up. Give this one a name of its own (host.name).`;
    }
    const held = await heldOn(ctx, said.name);
    return held === 0
      ? null
      : `host ${said.name} is known with another data directory, and ${held} replica(s) placed there are not accounted ` +
          `for. Bring that data directory back, or remove the host as destroyed if its containers are gone for certain.`;
  }
  if (known.journal_id !== '' && !said.incarnations.includes(known.incarnation)) {
    return (
      `its data directory is an older copy of host ${said.name}'s: it knows nothing of that host's last start. ` +
      `Give this one another name and an empty data directory.`
    );
  }
  if (known.engine_id === said.engineId) return null;
  const held = await heldOn(ctx, said.name);
  if (held > 0) {
    return (
      `host ${said.name} is known with Docker engine ${known.engine_id}, and ${held} replica(s) placed there are not ` +
      `accounted for; this is engine ${said.engineId}. Start the host worker on the engine it had, or give this host another name.`
    );
  }
  return isUp
    ? `host ${said.name} is up with Docker engine ${known.engine_id}; this is engine ${said.engineId} with a copy of its ` +
        `data directory. Give this host another name and an empty data directory.`
    : null;
}

async function heldOn(ctx: VerbContext, host: HostName): Promise<number> {
  const { held } = await ctx.trx
    .selectFrom('placements')
    .select(({ fn }) => fn.countAll<number>().as('held'))
    .where('host', '=', host)
    .where('released_at_ms', 'is', null)
    .executeTakeFirstOrThrow();
  return held;
}
