import type { Resources } from '../model/job-spec.ts';
import { cpuMilliOf, lacksOf, memoryOf, type HostRoom, type Lack } from './host-room.ts';
import type { Outlook } from './outlook.ts';

export type WaitingJob = {
  readonly position: number;
  readonly resources: Resources;
  /** Null: not held. */
  readonly heldAtMs: number | null;
  readonly confirmed: boolean;
};

/** `failsAtMs`: when a job that fits nowhere is refused; null = not before all is known of the pool's hosts. */
export type Hope = { readonly outlook: Outlook; readonly failsAtMs: number | null };

/** Of hosts that take no jobs: enough to know what to do. */
const MOST_NAMED = 5;

/** One sentence for people: why this job waits now. */
export function waitsFor(job: WaitingJob, hosts: readonly HostRoom[], { outlook, failsAtMs }: Hope): string {
  if (job.heldAtMs !== null) return heldSentence(job.heldAtMs);
  if (!job.confirmed) return 'Its workflow is being started.';
  const line = job.position === 0 ? 'Next in line' : `${ordinal(job.position + 1)} in line`;
  if (hosts.length === 0) return `${line}; the pool has no host.`;
  if (outlook.kind === 'never') {
    const end =
      failsAtMs === null
        ? 'hosts that are not heard may'
        : `it fails at ${new Date(failsAtMs).toISOString()} unless one joins`;
    return `${line}; needs ${outlook.needs}, which no host of the pool has; ${end}.`;
  }
  const open = hosts.filter((host) => host.placeable);
  if (open.length === 0) {
    const why = outlook.kind === 'closed' ? outlook.hosts.map(({ name, because }) => `${name} ${because}`) : [];
    const named = why.length === 0 ? '' : `: ${why.slice(0, MOST_NAMED).join(', ')}`;
    return `${line}; no host of the pool takes jobs now${named}.`;
  }
  if (outlook.kind === 'closed') {
    const could = outlook.hosts.map(({ name, because }) => `${name} has that and ${because}`);
    return `${line}; needs ${outlook.needs}; ${could.join(', ')}.`;
  }
  const lacks = open
    .map((host) => ({
      name: host.name,
      lacking: lacksOf(job.resources, host).map((lack) => inWords(lack, job.resources, host)),
    }))
    .toSorted((a, b) => a.lacking.length - b.lacking.length || (a.name < b.name ? -1 : 1));
  const [nearest] = lacks;
  if (nearest === undefined || nearest.lacking.length === 0) {
    return job.position === 0 ? `${line}; about to be placed.` : `${line}; what stands before it goes first.`;
  }
  return `${line}; ${nearest.lacking.join(', ')}.`;
}

export const heldSentence = (heldAtMs: number): string =>
  `Held since ${new Date(heldAtMs).toISOString()}; it keeps its place and starts after a release.`;

function inWords(lack: Lack, resources: Resources, host: HostRoom): string {
  switch (lack) {
    case 'slot':
      return `${host.name} has no free slot`;
    case 'gpus_missing':
      return `${host.name} gives nothing while jobs hold GPUs there that it no longer reports (${host.missingGpuIds.join(', ')})`;
    case 'gpus':
      return needs(count(resources.gpus, 'GPU'), host, `${host.gpuIds.length}`);
    case 'cpu':
      return needs(count(cpuMilliOf(resources) / 1000, 'CPU'), host, `${Math.max(0, host.cpuMilli) / 1000}`);
    case 'memory':
      return needs(`${mib(memoryOf(resources))} MiB of memory`, host, `${mib(Math.max(0, host.memoryBytes))} MiB`);
  }
}

const needs = (what: string, host: HostRoom, free: string): string => `needs ${what}; ${host.name} has ${free} free`;
const count = (amount: number, unit: string): string => `${amount} ${unit}${amount === 1 ? '' : 's'}`;
const mib = (bytes: number): number => Math.floor(bytes / 1024 / 1024);

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  const suffix = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
