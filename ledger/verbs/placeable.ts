import type { HostName, JobUid, PoolName } from '../../model/ids.ts';
import { fits, hold, roomsOf, type HostRoom } from '../../scheduling/host-room.ts';
import type { JobRow } from '../job-row.ts';
import { fromJson } from '../json-text.ts';
import type { PlannedPlacement } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import type { PoolNow } from './pool-now.ts';

/** A planned placement that nothing speaks against now, with what it needs to be made. */
export type PossiblePlacement = PlannedPlacement & { readonly row: JobRow; readonly engineId: string };

/** What a pool's hosts that take jobs have left, taken from as placements are made. */
export type Rooms = ReadonlyMap<HostName, { readonly engineId: string; readonly room: HostRoom }>;

export function roomsNow({ hosts, held }: PoolNow): Rooms {
  const open = hosts.filter(({ placeable }) => placeable);
  const engines = new Map(open.map(({ name, engineId }) => [name, engineId]));
  return new Map(roomsOf(open, held).map((room) => [room.name, { engineId: engines.get(room.name) ?? '', room }]));
}

/**
 * Those whose job still waits and whose host may be used and has room, for its GPUs and for all else: two planners may
 * have decided at once.
 */
export async function stillPossible(
  ctx: VerbContext,
  pool: PoolName,
  rooms: Rooms,
  planned: readonly PlannedPlacement[],
): Promise<readonly PossiblePlacement[]> {
  const rows = await placeableJobs(
    ctx,
    pool,
    planned.map(({ uid }) => uid),
  );
  const possible: PossiblePlacement[] = [];
  for (const placement of planned) {
    const { uid, host, gpuIds } = placement;
    const [row, there] = [rows.get(uid), rooms.get(host)];
    if (row === undefined || there === undefined) continue;
    const resources = fromJson(row.resources);
    if (!fits(resources, there.room) || gpuIds.some((id) => !there.room.gpuIds.includes(id))) continue;
    rows.delete(uid);
    hold({ resources, gpuIds }, there.room);
    possible.push({ ...placement, row, engineId: there.engineId });
  }
  return possible;
}

export async function placeableJobs(
  ctx: VerbContext,
  pool: PoolName,
  uids: readonly JobUid[],
): Promise<Map<JobUid, JobRow>> {
  const rows = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('uid', 'in', uids)
    .where('pool', '=', pool)
    .where('state', '=', 'queued')
    .where('start_confirmed', '=', 1)
    .where('withdrawn_at_ms', 'is', null)
    .where('held_at_ms', 'is', null)
    .where('cancel_requested_at_ms', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.uid, row]));
}
