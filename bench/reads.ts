import { setTimeout as sleep } from 'node:timers/promises';
import { demoBundle } from '../cli/demo/demo-bundle.ts';
import { createDemoClient } from '../cli/demo/demo-client.ts';
import { machine, quantile, rounded } from './figures.ts';
import { measureLongRead } from './long-read.ts';
import { askApi } from './schedule-client.ts';
import { BENCH_IMAGE, startBenchStack, type BenchStack } from './stack.ts';

const JOBS = 20;
/** 64 lines of 63 characters and their end. */
const SHORT_LOG_BYTES = 4_096;
const shortLog = `i=0; while [ $i -lt 64 ]; do printf '%063d\\n' $i; i=$((i+1)); done`;
const longLog = (bytes: number): string => `yes ${'log '.repeat(24)}end | head -c ${bytes}`;
/** What follows a burst of jobs (records, collects, caches) is over after this. */
const SETTLE_SEC = 10;
/** Until then the engine compiles what is asked for over and over. */
const WARM_UP_SEC = 30;

type Bench = { readonly rate: number; readonly seconds: number; readonly longMb: number; readonly json: boolean };

/**
 * What it costs the server when clients look at their jobs: so many `GET /jobs/<id>` a second of ended jobs with a
 * log of 4 KiB, and one log of many MB read whole, by each route that gives it.
 */
export async function benchReads({ rate, seconds, longMb, json }: Bench): Promise<void> {
  const stack = await startBenchStack({ slots: 4 });
  try {
    const ids = Array.from({ length: JOBS }, (_, index) => `reads-${index}`);
    await runJobs(stack, ids, shortLog);
    await runJobs(stack, ['long'], longLog(longMb * 1_000_000));
    await sleep(SETTLE_SEC * 1_000);
    const idlePercent = await percentOver(stack, () => sleep(SETTLE_SEC * 1_000));
    await readSteadily(stack, ids, rate, WARM_UP_SEC);
    const tookMs: number[] = [];
    const percent = await percentOver(stack, async () => {
      tookMs.push(...(await readSteadily(stack, ids, rate, seconds)));
    });
    const [p50Ms, p99Ms] = [rounded(quantile(tookMs, 0.5)), rounded(quantile(tookMs, 0.99))];
    process.stdout.write(
      `${rate} GET /jobs/<id> a second for ${seconds} s, ended jobs with ${SHORT_LOG_BYTES} bytes of log, on ${machine()}\n` +
        `server      ${percent} % of one core (idle before: ${idlePercent} %)\n` +
        `each        p50 ${p50Ms} ms, p99 ${p99Ms} ms\n` +
        `a log of ${longMb} MB in lines of 100 bytes, read whole\n`,
    );
    const longReads = [];
    for (const route of ['/completed_jobs/long/logs', '/jobs/long', '/api/v1/jobs/long/logs']) {
      const read = await measureLongRead(stack, route);
      if (read.bytes < longMb * 1_000_000) throw new Error(`${route} gave ${read.bytes} bytes of log`);
      longReads.push(read);
      process.stdout.write(
        `${route.padEnd(26)}  ${read.tookSec} s, memory grew by at most ${read.grownMib} MiB, ` +
          `/healthz meanwhile p99 ${read.healthP99Ms} ms, at most ${read.healthMaxMs} ms\n`,
      );
    }
    if (json) process.stdout.write(`${JSON.stringify({ percent, idlePercent, p50Ms, p99Ms, rate, longReads })}\n`);
  } finally {
    await stack.stop();
  }
}

async function runJobs({ running }: BenchStack, ids: readonly string[], script: string): Promise<void> {
  const client = createDemoClient(running.apiUrl, new AbortController().signal);
  for (const id of ids) await client.upload(id, await demoBundle(id, ''));
  for (const id of ids) {
    const spec = { image: BENCH_IMAGE, command: ['sh', '-c', script], network_mode: 'none' };
    await client.submit({ job_id: id, spec });
  }
  for (const id of ids) {
    const { state, sentence } = await client.ended(id);
    if (state !== 'succeeded') throw new Error(`${id} ${state}: ${sentence}`);
    // Once its log is whole.
    await client.followLogs(id, () => undefined);
  }
}

/** The server's processor time while `run` runs, in percent of one core. */
async function percentOver(stack: BenchStack, run: () => Promise<void>): Promise<number> {
  const [beganMs, beforeSec] = [performance.now(), stack.processorSec('server')];
  await run();
  const usedSec = stack.processorSec('server') - beforeSec;
  return rounded((usedSec / ((performance.now() - beganMs) / 1_000)) * 100);
}

/** Each at its own time, however long the ones before it take. Milliseconds of each. */
async function readSteadily(
  { running: { apiUrl } }: BenchStack,
  ids: readonly string[],
  rate: number,
  seconds: number,
): Promise<readonly number[]> {
  const beganMs = performance.now();
  const reads: Promise<number>[] = [];
  for (let turn = 0; turn < rate * seconds; turn += 1) {
    const dueMs = beganMs + (turn * 1_000) / rate;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await sleep(earlyMs);
    reads.push(readOnce(apiUrl, `/jobs/${ids[turn % ids.length]}`));
  }
  return Promise.all(reads);
}

async function readOnce(apiUrl: string, path: string): Promise<number> {
  const askedMs = performance.now();
  const text = await askApi(apiUrl, path);
  if (text.length < SHORT_LOG_BYTES) throw new Error(`${path} gave ${text.length} characters`);
  return performance.now() - askedMs;
}
