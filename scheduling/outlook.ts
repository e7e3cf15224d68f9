import type { HostName } from '../model/ids.ts';
import type { Resources } from '../model/job-spec.ts';
import { cpuMilliOf, memoryOf, type HeldDemand, type HostSupply } from './host-room.ts';

/** What a job can hope for from a pool, were every host of it empty. */
export type Outlook =
  /** A host that takes jobs now could hold it. */
  | { readonly kind: 'open' }
  /** Only hosts that give nothing now could; why each gives nothing. */
  | {
      readonly kind: 'closed';
      readonly hosts: readonly { readonly name: HostName; readonly because: string }[];
      readonly needs: string;
    }
  /** No host of the pool could: with the numbers, and what it lacks. */
  | { readonly kind: 'never'; readonly sentence: string; readonly needs: string };

/** What one host has, of each thing. */
type Capacity = { readonly gpus: number; readonly cpuMilli: number; readonly memoryBytes: number };

/** Thousands of jobs ask for the same few things: each of those is held against the hosts once. */
export function outlooksOf(
  hosts: readonly HostSupply[],
  held: readonly HeldDemand[],
): (resources: Resources) => Outlook {
  const inPool = hosts.map((host) => ({ host, has: present(host), most: mostOf(host, held) }));
  const known = new Map<string, Outlook>();
  return (resources) => {
    const key = `${cpuMilliOf(resources)} ${memoryOf(resources)} ${resources.gpus}`;
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const outlook = judge(resources, inPool);
    known.set(key, outlook);
    return outlook;
  };
}

type InPool = { readonly host: HostSupply; readonly has: Capacity; readonly most: Capacity };

function judge(resources: Resources, inPool: readonly InPool[]): Outlook {
  const asks = asked(resources);
  const takesJobs = ({ host }: InPool): boolean => host.placeable && host.inventory.slots > 0;
  if (inPool.some((one) => takesJobs(one) && holds(one.has, asks))) return { kind: 'open' };
  const able = inPool.filter(({ most }) => holds(most, asks));
  if (able.length === 0) {
    const largest = largestOf(inPool.map(({ most }) => most));
    return { kind: 'never', sentence: neverSentence(asks, largest), needs: beyond(asks, largest) };
  }
  return {
    kind: 'closed',
    hosts: able.map(({ host }) => ({ name: host.name, because: whyClosed(host) })),
    needs: beyond(asks, largestOf(inPool.filter(takesJobs).map(({ has }) => has))),
  };
}

const asked = (resources: Resources): Capacity => ({
  gpus: resources.gpus,
  cpuMilli: cpuMilliOf(resources),
  memoryBytes: memoryOf(resources),
});

const present = ({ inventory: { gpuIds, cpuMilli, memoryBytes } }: HostSupply): Capacity => ({
  ...{ gpus: gpuIds.length, cpuMilli, memoryBytes },
});

/** A host that reports less than jobs hold there has it all the same: what fits into that is not beyond it. */
function mostOf(host: HostSupply, held: readonly HeldDemand[]): Capacity {
  const here = held.filter((one) => one.host === host.name);
  const sum = (of: (resources: Resources) => number): number =>
    here.reduce((total, { resources }) => total + of(resources), 0);
  const { gpuIds, cpuMilli, memoryBytes } = host.inventory;
  return {
    gpus: new Set([...gpuIds, ...here.flatMap((one) => one.gpuIds)]).size,
    cpuMilli: Math.max(cpuMilli, sum(cpuMilliOf)),
    memoryBytes: Math.max(memoryBytes, sum(memoryOf)),
  };
}

const holds = (has: Capacity, asks: Capacity): boolean =>
  has.gpus >= asks.gpus && has.cpuMilli >= asks.cpuMilli && has.memoryBytes >= asks.memoryBytes;

function largestOf(hosts: readonly Capacity[]): Capacity {
  const most = (of: (one: Capacity) => number): number => Math.max(0, ...hosts.map(of));
  return {
    gpus: most(({ gpus }) => gpus),
    cpuMilli: most(({ cpuMilli }) => cpuMilli),
    memoryBytes: most(({ memoryBytes }) => memoryBytes),
  };
}

function whyClosed({ condition, sinceMs, drain, cordoned, isGreeted, inventory, placeable }: HostSupply): string {
  const since = new Date(sinceMs).toISOString();
  switch (condition) {
    case 'removed':
      return 'was removed';
    case 'lost':
      return `is lost since ${since}`;
    case 'suspect':
      return `is not heard since ${since}`;
    case 'up':
      if (drain !== null) return 'is drained';
      if (cordoned) return 'is cordoned';
      if (!isGreeted) return 'has not said hello again yet';
      if (placeable && inventory.slots === 0) return 'has no worker';
      return 'gives nothing while jobs hold more there than it reports to have';
  }
}

function neverSentence({ gpus, cpuMilli, memoryBytes }: Capacity, most: Capacity): string {
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

/** What it asks for beyond this much; where each thing is there and no one host has all, all that it asks for. */
function beyond(asks: Capacity, most: Capacity): string {
  const named = (is: (amount: number, limit: number) => boolean): string[] => [
    ...(is(asks.gpus, most.gpus) ? [count(asks.gpus, 'GPU')] : []),
    ...(is(asks.cpuMilli, most.cpuMilli) ? [count(asks.cpuMilli / 1000, 'CPU')] : []),
    ...(is(asks.memoryBytes, most.memoryBytes) ? [`${mib(asks.memoryBytes)} MiB of memory`] : []),
  ];
  const lacking = named((amount, limit) => amount > limit);
  const all = lacking.length > 0 ? lacking : named((amount) => amount > 0);
  return all.length === 0 ? 'a host that takes jobs' : all.join(' and ');
}

const count = (amount: number, unit: string): string => `${amount} ${unit}${amount === 1 ? '' : 's'}`;

/** Rounded up: what is a byte too much must not read as if it fitted. */
const mib = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);
