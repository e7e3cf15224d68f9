import type { QueueEntry } from '../../ledger/ledger.ts';
import type { PoolName } from '../../model/ids.ts';
import { type HostRoom, roomsOf } from '../../scheduling/host-room.ts';
import { waitsFor } from '../../scheduling/waits-for.ts';
import type { ApiDeps } from '../api-deps.ts';

export type ExplainedEntry = QueueEntry & { readonly waitsFor: string };

/** A page of the queue, each entry with a sentence on why it waits. */
export const listQueue = async (
  deps: ApiDeps,
  input: { readonly pool: PoolName; readonly offset: number; readonly limit: number },
): Promise<{ readonly total: number; readonly entries: readonly ExplainedEntry[] }> => {
  const [{ total, entries }, rooms] = await Promise.all([deps.ledger.queuePage(input), findRooms(deps, input.pool)]);
  return { total, entries: entries.map((entry) => ({ ...entry, waitsFor: waitsFor(entry, rooms) })) };
};

export const explain = async (deps: ApiDeps, pool: PoolName, entry: QueueEntry): Promise<ExplainedEntry> => ({
  ...entry,
  waitsFor: waitsFor(entry, await findRooms(deps, pool)),
});

const findRooms = async (deps: ApiDeps, pool: PoolName): Promise<readonly HostRoom[]> => {
  const { hosts, held } = await deps.ledger.plannerSnapshot({ pool, maxQueued: 0 });
  return roomsOf(hosts, held);
};
