import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { quantile, rounded } from './figures.ts';
import { askApi } from './schedule-client.ts';
import type { BenchStack } from './stack.ts';

const PROBE_EVERY_MS = 20;
const SAMPLE_EVERY_MS = 100;
const MIB = 2 ** 20;

export type LongRead = {
  readonly route: string;
  readonly bytes: number;
  readonly tookSec: number;
  readonly healthP99Ms: number;
  readonly healthMaxMs: number;
  /** The most that the server's memory grew above what it had before the read. */
  readonly grownMib: number;
};

/** One log read whole by a client on a thread of its own, while this one asks `/healthz` and looks at the memory. */
export async function measureLongRead(
  { running: { apiUrl }, residentBytes }: BenchStack,
  route: string,
): Promise<LongRead> {
  const before = residentBytes('server');
  const reader = new Worker(new URL('./drain-answer.js', import.meta.url), {
    workerData: { url: `${apiUrl}${route}` },
  });
  const beganMs = performance.now();
  const reading = { isOver: false };
  const read = once(reader, 'message').finally(() => {
    reading.isOver = true;
  });
  read.catch(() => undefined);
  const tookMs: number[] = [];
  const probe = async (): Promise<void> => {
    while (!reading.isOver) {
      const askedMs = performance.now();
      await askApi(apiUrl, '/healthz');
      tookMs.push(performance.now() - askedMs);
      await sleep(PROBE_EVERY_MS);
    }
  };
  const resident = { peak: before };
  const sample = async (): Promise<void> => {
    while (!reading.isOver) {
      resident.peak = Math.max(resident.peak, residentBytes('server'));
      await sleep(SAMPLE_EVERY_MS);
    }
  };
  const [[bytes]] = await Promise.all([read, probe(), sample()]);
  return {
    route,
    bytes: z.number().parse(bytes),
    tookSec: rounded((performance.now() - beganMs) / 1_000),
    healthP99Ms: rounded(quantile(tookMs, 0.99)),
    healthMaxMs: rounded(Math.max(...tookMs)),
    grownMib: rounded((resident.peak - before) / MIB),
  };
}
