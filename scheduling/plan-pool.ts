import type { HostName, JobUid } from '../model/ids.ts';
import type { Inventory } from '../model/host.ts';
import type { Resources } from '../model/job-spec.ts';

export type QueuedDemand = { readonly uid: JobUid; readonly resources: Resources };
export type HostSupply = { readonly name: HostName; readonly inventory: Inventory; readonly placeable: boolean };
export type HeldDemand = {
  readonly host: HostName;
  readonly resources: Resources;
  readonly gpuIds: readonly string[];
};
export type PoolPlan = {
  readonly placements: readonly { readonly uid: JobUid; readonly host: HostName; readonly gpuIds: readonly string[] }[];
  readonly refusals: readonly { readonly uid: JobUid; readonly sentence: string }[];
};

type Free = { readonly name: HostName; slots: number; cpuMilli: number; memoryBytes: number; gpuIds: string[] };

/**
 * Who may start now, in queue order: strictly first come, first served. The first job that does not fit ends the
 * round, so that nothing small can pass a large job for ever. A job that no host of the pool could hold even when
 * empty is refused with the numbers, and does not block the others.
 *
 * A job without a CPU or memory limit counts nothing there (it takes a slot). Deterministic: hosts in name order,
 * lowest free GPU ids first.
 */
export function planPool(
  queued: readonly QueuedDemand[],
  hosts: readonly HostSupply[],
  held: readonly HeldDemand[],
): PoolPlan {
  const free = hosts
    .filter((host) => host.placeable)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((host) => freeOn(host, held));
  const placements: PoolPlan['placements'][number][] = [];
  const refusals: PoolPlan['refusals'][number][] = [];
  if (hosts.length === 0) return { placements, refusals };
  for (const job of queued) {
    const because = neverFits(job.resources, hosts);
    if (because !== null) {
      refusals.push({ uid: job.uid, sentence: because });
      continue;
    }
    const host = free.find((candidate) => fits(job.resources, candidate));
    if (host === undefined) break;
    placements.push({ uid: job.uid, host: host.name, gpuIds: take(job.resources, host) });
  }
  return { placements, refusals };
}

/** CPU as admission counts it: thousandths of a core, rounded up. */
export const cpuMilliOf = (resources: Resources): number => Math.ceil(resources.nanoCpus / 1e6);

function freeOn(host: HostSupply, held: readonly HeldDemand[]): Free {
  const mine = held.filter((one) => one.host === host.name);
  const heldGpus = new Set(mine.flatMap((one) => one.gpuIds));
  const sum = (of: (resources: Resources) => number): number =>
    mine.reduce((total, one) => total + of(one.resources), 0);
  return {
    name: host.name,
    slots: host.inventory.slots - mine.length,
    cpuMilli: host.inventory.cpuMilli - sum(cpuMilliOf),
    memoryBytes: host.inventory.memoryBytes - sum((resources) => resources.memoryBytes),
    gpuIds: host.inventory.gpuIds.filter((id) => !heldGpus.has(id)),
  };
}

function fits(resources: Resources, free: Free): boolean {
  return (
    free.slots >= 1 &&
    free.cpuMilli >= cpuMilliOf(resources) &&
    free.memoryBytes >= resources.memoryBytes &&
    free.gpuIds.length >= resources.gpus
  );
}

function take(resources: Resources, free: Free): readonly string[] {
  free.slots -= 1;
  free.cpuMilli -= cpuMilliOf(resources);
  free.memoryBytes -= resources.memoryBytes;
  return free.gpuIds.splice(0, resources.gpus);
}

function neverFits(resources: Resources, hosts: readonly HostSupply[]): string | null {
  const could = hosts.some(
    ({ inventory }) =>
      inventory.cpuMilli >= cpuMilliOf(resources) &&
      inventory.memoryBytes >= resources.memoryBytes &&
      inventory.gpuIds.length >= resources.gpus,
  );
  if (could) return null;
  const largest = (of: (inventory: Inventory) => number): number =>
    Math.max(...hosts.map(({ inventory }) => of(inventory)));
  const asks = [
    `${cpuMilliOf(resources) / 1000} CPUs (largest host: ${largest((inventory) => inventory.cpuMilli) / 1000})`,
    `${mib(resources.memoryBytes)} MiB of memory (${mib(largest((inventory) => inventory.memoryBytes))})`,
    `${resources.gpus} GPUs (${largest((inventory) => inventory.gpuIds.length)})`,
  ];
  return `no host of the pool could ever hold it: it asks for ${asks.join(', ')}`;
}

const mib = (bytes: number): number => Math.floor(bytes / 1024 / 1024);
