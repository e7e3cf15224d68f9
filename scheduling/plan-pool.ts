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
/** `spread`: the host with the smallest part of its slots in use; `pack`: the one with the largest. */
export type PlacementPolicy = 'spread' | 'pack';
export type PoolPlan = {
  readonly placements: readonly { readonly uid: JobUid; readonly host: HostName; readonly gpuIds: readonly string[] }[];
  readonly refusals: readonly { readonly uid: JobUid; readonly sentence: string }[];
};

type Free = {
  readonly name: HostName;
  readonly allSlots: number;
  slots: number;
  cpuMilli: number;
  memoryBytes: number;
  gpuIds: string[];
};

/**
 * Who may start now, in queue order: strictly first come, first served. The first job that does not fit ends the
 * round, so that nothing small can pass a large job for ever. A job that no host of the pool could hold even when
 * empty is refused with the numbers, and does not block the others.
 *
 * A job without a CPU or memory limit counts nothing there (it takes a slot). Deterministic: among hosts that the
 * policy likes equally the first in name order, lowest free GPU ids first. A host that holds more than it now has is
 * full; it gives nothing until what it holds fits again.
 */
export function planPool(
  queued: readonly QueuedDemand[],
  hosts: readonly HostSupply[],
  held: readonly HeldDemand[],
  policy: PlacementPolicy = 'spread',
): PoolPlan {
  const placements: PoolPlan['placements'][number][] = [];
  const refusals: PoolPlan['refusals'][number][] = [];
  if (hosts.length === 0) return { placements, refusals };
  const free = freeOf(hosts, held);
  for (const job of queued) {
    const because = neverFits(job.resources, hosts);
    if (because !== null) {
      refusals.push({ uid: job.uid, sentence: because });
      continue;
    }
    const host = choose(job.resources, free, policy);
    if (host === null) break;
    placements.push({ uid: job.uid, host: host.name, gpuIds: take(job.resources, host) });
  }
  return { placements, refusals };
}

/** CPU as admission counts it: thousandths of a core, rounded up. */
export const cpuMilliOf = (resources: Resources): number => Math.ceil(resources.nanoCpus / 1e6);

/** What is in /dev/shm counts against the memory limit; without a limit it is what the job is known to need. */
export const memoryOf = ({ memoryBytes, shmBytes }: Resources): number => Math.max(memoryBytes, shmBytes);

function freeOf(hosts: readonly HostSupply[], held: readonly HeldDemand[]): readonly Free[] {
  const free = new Map(
    hosts
      .filter((host) => host.placeable)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, inventory: { slots, cpuMilli, memoryBytes, gpuIds } }): [HostName, Free] => [
        name,
        { name, allSlots: slots, slots, cpuMilli, memoryBytes, gpuIds: [...gpuIds] },
      ]),
  );
  for (const { host, resources, gpuIds } of held) {
    const on = free.get(host);
    if (on === undefined) continue;
    occupy(resources, on);
    if (gpuIds.length === 0) continue;
    const left = on.gpuIds.filter((id) => !gpuIds.includes(id));
    // It may be there under another id: giving that one would be giving it twice.
    if (left.length + gpuIds.length > on.gpuIds.length) free.delete(host);
    on.gpuIds = left;
  }
  return [...free.values()];
}

function choose(resources: Resources, free: readonly Free[], policy: PlacementPolicy): Free | null {
  let best: Free | null = null;
  for (const host of free) {
    if (!fits(resources, host)) continue;
    if (best === null || (policy === 'spread' ? load(host) < load(best) : load(host) > load(best))) best = host;
  }
  return best;
}

const load = ({ allSlots, slots }: Free): number => (allSlots - slots) / allSlots;

function fits(resources: Resources, free: Free): boolean {
  return (
    free.slots >= 1 &&
    free.cpuMilli >= cpuMilliOf(resources) &&
    free.memoryBytes >= memoryOf(resources) &&
    free.gpuIds.length >= resources.gpus
  );
}

function take(resources: Resources, free: Free): readonly string[] {
  occupy(resources, free);
  return free.gpuIds.splice(0, resources.gpus);
}

function occupy(resources: Resources, free: Free): void {
  free.slots -= 1;
  free.cpuMilli -= cpuMilliOf(resources);
  free.memoryBytes -= memoryOf(resources);
}

function neverFits(resources: Resources, hosts: readonly HostSupply[]): string | null {
  const could = hosts.some(
    ({ inventory }) =>
      inventory.cpuMilli >= cpuMilliOf(resources) &&
      inventory.memoryBytes >= memoryOf(resources) &&
      inventory.gpuIds.length >= resources.gpus,
  );
  if (could) return null;
  const largest = (of: (inventory: Inventory) => number): number =>
    Math.max(...hosts.map(({ inventory }) => of(inventory)));
  const { gpus } = resources;
  const [cpuMilli, memoryBytes] = [cpuMilliOf(resources), memoryOf(resources)];
  const most = {
    gpus: largest(({ gpuIds }) => gpuIds.length),
    cpuMilli: largest((inventory) => inventory.cpuMilli),
    memoryBytes: largest((inventory) => inventory.memoryBytes),
  };
  // Users of the Foundations SDK look for these very words.
  if (gpus > most.gpus)
    return `expects to use more GPUs (${gpus}) than available (${most.gpus}), removing from the queue`;
  if (cpuMilli > most.cpuMilli) {
    return `asks for ${cpuMilli / 1000} CPUs, and no host of the pool gives more than ${most.cpuMilli / 1000}`;
  }
  if (memoryBytes > most.memoryBytes) {
    return `asks for ${mib(memoryBytes)} MiB of memory, and no host of the pool gives more than ${mib(most.memoryBytes)} MiB`;
  }
  return `asks for ${cpuMilli / 1000} CPUs, ${mib(memoryBytes)} MiB of memory and ${gpus} GPUs, and no one host of the pool has all of it`;
}

/** Rounded up: what is a byte too much must not read as if it fitted. */
const mib = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);
