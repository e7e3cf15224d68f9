import type { HostName, JobId, JobUid } from '../../model/ids.ts';
import { fromJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';

type Kept = { readonly uid: JobUid; readonly job_id: JobId; readonly generation: number; readonly counter: number };

/** How much keeps a host in its pool: what it has of ours, whether this ledger knows of it or only the host does. */
export async function hostHolds(ctx: VerbContext, input: { readonly name: HostName }): Promise<number> {
  const placements = await placementsKeeping(ctx, input.name);
  const row = await ctx.trx
    .selectFrom('hosts')
    .select('unknown_held')
    .where('name', '=', input.name)
    .executeTakeFirst();
  return placements.length + (row === undefined ? 0 : fromJson(row.unknown_held).length);
}

/** Placements that are not given back, or are and still being collected there. */
export function placementsKeeping(ctx: VerbContext, name: HostName): Promise<readonly Kept[]> {
  return ctx.trx
    .selectFrom('placements')
    .innerJoin('jobs', 'jobs.uid', 'placements.uid')
    .select(['placements.uid', 'jobs.job_id', 'placements.generation', 'placements.counter'])
    .where('placements.host', '=', name)
    .where((eb) =>
      eb.or([
        eb('placements.released_at_ms', 'is', null),
        eb.and([
          eb('jobs.ended_at_ms', 'is', null),
          eb('placements.generation', '=', eb.ref('jobs.live_generation')),
          eb('placements.counter', '=', eb.ref('jobs.live_counter')),
        ]),
      ]),
    )
    .execute();
}
