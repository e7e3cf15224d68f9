import type { HostName, JobUid } from '../model/ids.ts';
import type { Inventory } from '../model/host.ts';
import type { Resources } from '../model/job-spec.ts';
import {
  cpuMilliOf,
  fits,
  memoryOf,
  roomsOf,
  take,
  type HeldDemand,
  type HostRoom,
  type HostSupply,
} from './host-room.ts';

export type QueuedDemand = { readonly uid: JobUid; readonly resources: Resources };
/** `spread`: the host with the smallest part of its slots in use; `pack`: the one with the largest. */
export type PlacementPolicy = 'spread' | 'pack';
export type PoolPlan = {
  readonly placements: readonly { readonly uid: JobUid; readonly host: HostName; readonly gpuIds: readonly string[] }[];
  readonly refusals: readonly { readonly uid: JobUid; readonly sentence: string }[];
};

/**
 * Who may start now, in queue order: strictly first come, first served. The first job that does not fit ends the
 * round, so that nothing small can pass a large job for ever. A job that no host of the pool could hold even when
 * empty is refused with the numbers, once every host has said what it has, and does not block the others.
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
  const rooms = roomsOf(hosts, held).filter(({ placeable }) => placeable);
  const judge = judgeOf(hosts);
  const isWhole = hosts.every(({ isGreeted }) => isGreeted);
  for (const job of queued) {
    const because = judge(job.resources);
    if (because !== null) {
      if (isWhole) refusals.push({ uid: job.uid, sentence: because });
      continue;
    }
    const host = choose(job.resources, rooms, policy);
    if (host === null) break;
    placements.push({ uid: job.uid, host: host.name, gpuIds: take(job.resources, host) });
  }
  return { placements, refusals };
}

function choose(resources: Resources, rooms: readonly HostRoom[], policy: PlacementPolicy): HostRoom | null {
  let best: HostRoom | null = null;
  for (const room of rooms) {
    if (!fits(resources, room)) continue;
    if (best === null || (policy === 'spread' ? load(room) < load(best) : load(room) > load(best))) best = room;
  }
  return best;
}

const load = ({ allSlots, slots }: HostRoom): number => (allSlots - slots) / allSlots;

/** Thousands of jobs ask for the same few things: each of those is held against the hosts once. */
function judgeOf(hosts: readonly HostSupply[]): (resources: Resources) => string | null {
  const known = new Map<string, string | null>();
  return (resources) => {
    const key = `${cpuMilliOf(resources)} ${memoryOf(resources)} ${resources.gpus}`;
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const because = neverFits(resources, hosts);
    known.set(key, because);
    return because;
  };
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
