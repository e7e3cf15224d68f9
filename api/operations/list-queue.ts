import type { QueueEntry } from '../../ledger/ledger.ts';
import type { PoolName } from '../../model/ids.ts';
import type { Resources } from '../../model/job-spec.ts';
import { cpuMilliOf, memoryOf } from '../../scheduling/plan-pool.ts';
import { type HostRoom, waitsFor } from '../../scheduling/waits-for.ts';
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

/** What is free on each host, as the planner would count it. */
const findRooms = async (deps: ApiDeps, pool: PoolName): Promise<readonly HostRoom[]> => {
  const { hosts, held } = await deps.ledger.plannerSnapshot({ pool, maxQueued: 0 });
  return hosts.map(({ name, placeable, inventory }) => {
    const mine = held.filter((one) => one.host === name);
    const free = (all: number, of: (resources: Resources) => number): number =>
      Math.max(
        0,
        mine.reduce((left, { resources }) => left - of(resources), all),
      );
    const taken = new Set(mine.flatMap(({ gpuIds }) => gpuIds));
    const isWhole = [...taken].every((id) => inventory.gpuIds.includes(id));
    return {
      name,
      placeable: placeable && isWhole,
      slots: free(inventory.slots, () => 1),
      cpuMilli: free(inventory.cpuMilli, cpuMilliOf),
      memoryBytes: free(inventory.memoryBytes, memoryOf),
      gpus: inventory.gpuIds.filter((id) => !taken.has(id)).length,
    };
  });
};
