import { hostNameSchema, jobUidSchema } from '../../model/ids.ts';
import type { Exit } from '../../model/replica.ts';
import type { Resources } from '../../model/job-spec.ts';
import type { HostSupply } from '../../scheduling/host-room.ts';
import type { QueuedDemand, Refusing } from '../../scheduling/plan-pool.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A uid that reads as its number: the 26 characters of a ULID, all zeros but the last ones. */
export function uidNumber(n: number): QueuedDemand['uid'] {
  let rest = n;
  let text = '';
  for (let i = 0; i < 26; i += 1) {
    text = (ALPHABET[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return jobUidSchema.parse(text);
}

/** Long after whatever happened, of a pool that is known: what fits nowhere is refused. */
export const LATER: Refusing = { nowMs: Number.MAX_SAFE_INTEGER, afterMs: 30_000, isPoolKnown: true };

export const resources = (asked: Partial<Resources> = {}): Resources => ({
  nanoCpus: 0,
  memoryBytes: 0,
  shmBytes: 0,
  gpus: 0,
  ...asked,
});

export function aHost(name: string, has: Partial<HostSupply['inventory']> = {}, placeable = true): HostSupply {
  return {
    name: hostNameSchema.parse(name),
    ...{ condition: placeable ? 'up' : 'lost', sinceMs: 0, cordoned: false, drain: null },
    placeable,
    isGreeted: true,
    helloAtMs: 0,
    inventory: {
      cpuMilli: 8000,
      memoryBytes: 8 << 20,
      gpuIds: [],
      slots: 4,
      labels: {},
      engineVersion: '1',
      diskFreeBytes: null,
      ...has,
    },
  };
}

export const anExit = (of: Partial<Exit> = {}): Exit => ({
  exitCode: 0,
  oomKilled: false,
  signal: null,
  startedAtMs: 1_000,
  finishedAtMs: 2_000,
  endedBy: 'itself',
  ...of,
});
