import type { HeldResources, HostView } from '../../ledger/ledger.ts';
import { cpuMilliOf, memoryOf } from '../../scheduling/host-room.ts';

export type HostDescription = HostView & {
  readonly held: {
    readonly jobs: readonly string[];
    readonly slots: number;
    readonly cpuMilli: number;
    readonly memoryBytes: number;
    readonly gpuIds: readonly string[];
  };
  /** Never below zero: what a host holds beyond what it now has is told in the sentence. */
  readonly free: {
    readonly slots: number;
    readonly cpuMilli: number;
    readonly memoryBytes: number;
    readonly gpuIds: readonly string[];
  };
  readonly sentence: string;
};

/** A host as people read it: what it has, what is held there, what is free, and how it stands. */
export function describeHost(host: HostView, everywhere: readonly HeldResources[]): HostDescription {
  const here = everywhere.filter((one) => one.host === host.name);
  const sum = (of: (one: HeldResources) => number): number => here.reduce((total, one) => total + of(one), 0);
  const held = {
    jobs: here.map(({ uid }) => uid),
    slots: here.length,
    cpuMilli: sum(({ resources }) => cpuMilliOf(resources)),
    memoryBytes: sum(({ resources }) => memoryOf(resources)),
    gpuIds: here.flatMap(({ gpuIds }) => gpuIds),
  };
  const { slots, cpuMilli, memoryBytes, gpuIds } = host.inventory;
  const left = (has: number, taken: number): number => Math.max(0, has - taken);
  return {
    ...host,
    held,
    free: {
      slots: left(slots, held.slots),
      cpuMilli: left(cpuMilli, held.cpuMilli),
      memoryBytes: left(memoryBytes, held.memoryBytes),
      gpuIds: gpuIds.filter((id) => !held.gpuIds.includes(id)),
    },
    sentence: [standingSentence(host), ...overcommitted(host, held)].join(' '),
  };
}

function standingSentence({ condition, cordoned, drain, isGreeted }: HostView): string {
  switch (condition) {
    case 'removed':
      return 'Was removed from the pool.';
    case 'lost':
      return 'Is lost: it has not been heard for too long. What it held is kept until it returns or is removed.';
    case 'suspect':
      return 'Is not heard from: it gets no new jobs until it says hello again.';
    case 'up':
      if (drain !== null) {
        const until =
          drain.deadlineMs === null ? 'may finish' : `is stopped at ${new Date(drain.deadlineMs).toISOString()}`;
        return `Is drained: it gets no new jobs, and what runs there ${until}.`;
      }
      if (cordoned) return 'Is cordoned: it gets no new jobs.';
      return isGreeted ? 'Is up.' : 'Is up, and gets no new jobs until it says hello again.';
  }
}

function overcommitted({ inventory }: HostView, held: HostDescription['held']): readonly string[] {
  const missing = held.gpuIds.filter((id) => !inventory.gpuIds.includes(id));
  const beyond = [
    ...(missing.length > 0 ? [`GPU ${missing.join(', ')}, which it no longer reports`] : []),
    ...(held.cpuMilli > inventory.cpuMilli ? [`${held.cpuMilli / 1000} CPUs of ${inventory.cpuMilli / 1000}`] : []),
    ...(held.memoryBytes > inventory.memoryBytes ? ['more memory than it reports'] : []),
    ...(held.slots > inventory.slots ? [`${held.slots} of ${inventory.slots} slots`] : []),
  ];
  return beyond.length === 0 ? [] : [`It holds more than it reports to have: ${beyond.join('; ')}.`];
}
