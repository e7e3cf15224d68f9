import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../../model/replica.ts';
import type { HostLog } from '../host/host-log.ts';
import type { Engine } from './engine.ts';

const FIRST_AFTER_MS = 1_000;
const EVERY_MS = 10_000;

const highest = (left: number | null, right: number | null): number | null =>
  left === null || right === null ? (left ?? right) : Math.max(left, right);

export type UsageSampler = { readonly usage: () => Usage | null };

/** Samples what a container uses until `over` fires. A sample that fails is left out: the next one says more. */
export const sampleUsage = (
  deps: { readonly engine: Pick<Engine, 'usage'>; readonly log: HostLog },
  containerId: string,
  over: AbortSignal,
): UsageSampler => {
  let usage: Usage | null = null;

  const sampleForEver = async (): Promise<never> => {
    for (let waitMs = FIRST_AFTER_MS; ; waitMs = EVERY_MS) {
      await sleep(waitMs, undefined, { signal: over });
      try {
        const sample = await deps.engine.usage(containerId);
        if (sample === null) continue;
        usage = {
          cpuSeconds: highest(usage?.cpuSeconds ?? null, sample.cpuSeconds),
          memoryPeakBytes: highest(usage?.memoryPeakBytes ?? null, sample.memoryBytes),
          samples: (usage?.samples ?? 0) + 1,
        };
      } catch (cause) {
        deps.log.warn({ err: cause, containerId }, 'the usage of a container could not be read');
      }
    }
  };
  sampleForEver().catch((cause: unknown) => {
    if (!over.aborted) deps.log.warn({ err: cause, containerId }, 'the usage of a container is no longer sampled');
  });

  return { usage: () => usage };
};
