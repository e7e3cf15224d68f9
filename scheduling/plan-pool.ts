import type { HostName, JobUid } from '../model/ids.ts';
import type { Resources } from '../model/job-spec.ts';
import { fits, roomsOf, take, type HeldDemand, type HostRoom, type HostSupply } from './host-room.ts';
import { outlooksOf } from './outlook.ts';

export type QueuedDemand = {
  readonly uid: JobUid;
  readonly resources: Resources;
  /** Since when it waits and may be placed. */
  readonly queuedAtMs: number;
};
/** `spread`: the host with the smallest part of its slots in use; `pack`: the one with the largest. */
export type PlacementPolicy = 'spread' | 'pack';
/** When a job that no host of the pool could hold is refused for it. */
export type Refusing = {
  readonly nowMs: number;
  /** So long may a host with what it needs take to join. */
  readonly afterMs: number;
  /** All that may be known of the pool's hosts elsewhere was asked for in the ledger's present generation. */
  readonly isPoolKnown: boolean;
};
export type PoolPlan = {
  readonly placements: readonly { readonly uid: JobUid; readonly host: HostName; readonly gpuIds: readonly string[] }[];
  readonly refusals: readonly { readonly uid: JobUid; readonly sentence: string }[];
  /** When the first of those that fit nowhere is refused unless something changes; null = the clock alone changes nothing. */
  readonly nextRefusalAtMs: number | null;
};

/**
 * Who may start now, in queue order: strictly first come, first served. The first job that does not fit ends the
 * round, so that nothing small can pass a large job for ever.
 *
 * Passed over is only what no host that takes jobs could hold, were it empty: it could use nothing of what those give
 * to the jobs behind it, so nobody starves it. Where another host of the pool could hold it (lost, cordoned), it waits
 * for that one. Where none could it is refused with the numbers, but only once every host has said what it has, the
 * pool is known, and a while has passed since it was queued and since any host last joined.
 *
 * A job without a CPU or memory limit counts nothing there (it takes a slot). Deterministic: among hosts that the
 * policy likes equally the first in name order, lowest free GPU ids first. A host that holds more than it now has is
 * full; it gives nothing until what it holds fits again.
 */
export function planPool(
  queued: readonly QueuedDemand[],
  hosts: readonly HostSupply[],
  held: readonly HeldDemand[],
  refusing: Refusing,
  policy: PlacementPolicy = 'spread',
): PoolPlan {
  const placements: PoolPlan['placements'][number][] = [];
  const refusals: PoolPlan['refusals'][number][] = [];
  let nextRefusalAtMs: number | null = null;
  if (hosts.length === 0) return { placements, refusals, nextRefusalAtMs };
  const rooms = roomsOf(hosts, held).filter(({ placeable }) => placeable);
  const outlookOf = outlooksOf(hosts, held);
  const mayRefuse = mayRefuseIn(hosts, refusing.isPoolKnown);
  for (const job of queued) {
    const outlook = outlookOf(job.resources);
    if (outlook.kind === 'open') {
      const host = choose(job.resources, rooms, policy);
      if (host === null) break;
      placements.push({ uid: job.uid, host: host.name, gpuIds: take(job.resources, host) });
    } else if (outlook.kind === 'never' && mayRefuse) {
      const atMs = refusedAtMs(job, hosts, refusing.afterMs);
      if (atMs <= refusing.nowMs) refusals.push({ uid: job.uid, sentence: outlook.sentence });
      else nextRefusalAtMs = Math.min(nextRefusalAtMs ?? atMs, atMs);
    }
  }
  return { placements, refusals, nextRefusalAtMs };
}

/** Where somebody may have more than is known here, nobody is refused. */
export const mayRefuseIn = (hosts: readonly Pick<HostSupply, 'isGreeted'>[], isPoolKnown: boolean): boolean =>
  isPoolKnown && hosts.every(({ isGreeted }) => isGreeted);

/** When a job that fits nowhere is refused, unless a host says hello meanwhile. */
export const refusedAtMs = (
  { queuedAtMs }: Pick<QueuedDemand, 'queuedAtMs'>,
  hosts: readonly Pick<HostSupply, 'helloAtMs'>[],
  afterMs: number,
): number => Math.max(queuedAtMs, ...hosts.map(({ helloAtMs }) => helloAtMs)) + afterMs;

function choose(resources: Resources, rooms: readonly HostRoom[], policy: PlacementPolicy): HostRoom | null {
  let best: HostRoom | null = null;
  for (const room of rooms) {
    if (!fits(resources, room)) continue;
    if (best === null || (policy === 'spread' ? load(room) < load(best) : load(room) > load(best))) best = room;
  }
  return best;
}

const load = ({ allSlots, slots }: HostRoom): number => (allSlots - slots) / allSlots;
