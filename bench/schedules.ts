import { setTimeout as sleep } from 'node:timers/promises';
import { demoBundle } from '../cli/demo/demo-bundle.ts';
import { createDemoClient } from '../cli/demo/demo-client.ts';
import type { JobRecord } from '../model/job-record.ts';
import { runByHand } from './by-hand.ts';
import { machine, median, quantile, rounded } from './figures.ts';
import { askApi, eachAtOnce, endedRuns } from './schedule-client.ts';
import { BENCH_IMAGE, startBenchStack, type BenchStack } from './stack.ts';

/** Temporal's lists show a new schedule after this, and until then each is looked at alone. */
const SETTLE_SEC = 20;
const LISTS = 10;
/** From the first creation until all fire. */
const AHEAD_SEC = 30;
const PARTS = ['temporal', 'server', 'host'] as const;
const ROUTES = ['/scheduled_jobs', '/api/v1/schedules?limit=1000'] as const;
const spec = { image: BENCH_IMAGE, command: ['true'], network_mode: 'none' };

type Bench = { readonly listed: number; readonly firing: number; readonly slots: number; readonly json: boolean };

/** So many schedules listed whole, and so many that fire in one and the same second, each with a bundle and a `true`. */
export async function benchSchedules({ listed, firing, slots, json }: Bench): Promise<void> {
  const stack = await startBenchStack({ slots });
  try {
    const fired = await measureFiring(stack, firing);
    const hand = await byHand(stack, firing, slots);
    const lists = await measureLists(stack, listed);
    const { lastAdmittedSec, lastStartedSec, lastEndedSec, processorMs } = fired;
    process.stdout.write(
      `${firing} schedules of one second at ${slots} slots, on ${machine()}\n` +
        `last admitted   ${lastAdmittedSec} s\n` +
        `last started    ${lastStartedSec} s; by hand ${hand.lastStartedSec} s, ${ratio(hand.lastStartedSec, lastStartedSec)}\n` +
        `last ended      ${lastEndedSec} s; by hand ${hand.lastEndedSec} s, ${ratio(hand.lastEndedSec, lastEndedSec)}\n` +
        `processor       per run: ${processorMs}\n` +
        `${listed} schedules listed\n` +
        lists
          .map(
            ({ route, firstMs, medianMs, p95Ms }) =>
              `${route}  first ${firstMs} ms, median ${medianMs} ms, p95 ${p95Ms} ms\n`,
          )
          .join(''),
    );
    if (json) process.stdout.write(`${JSON.stringify({ ...fired, hand, firing, slots, listed, lists })}\n`);
  } finally {
    await stack.stop();
  }
}

async function measureFiring(stack: BenchStack, count: number) {
  const { apiUrl } = stack.running;
  const client = createDemoClient(apiUrl, new AbortController().signal);
  const dueMs = Math.ceil(Date.now() / 1_000 + AHEAD_SEC) * 1_000;
  const due = new Date(dueMs);
  const schedule = {
    ...{ year: due.getUTCFullYear(), month: due.getUTCMonth() + 1, day: due.getUTCDate() },
    ...{ hour: due.getUTCHours(), minute: due.getUTCMinutes(), second: due.getUTCSeconds() },
  };
  const ids = Array.from({ length: count }, (_, index) => `fires-${index}`);
  await eachAtOnce(ids, async (id) => {
    await client.upload(id, await demoBundle(id, ''));
    await askApi(apiUrl, '/api/v1/schedules', { id, spec, schedule, timeZone: 'UTC' });
  });
  const leftMs = dueMs - Date.now();
  if (leftMs < 0) throw new Error(`${count} schedules were not created within ${AHEAD_SEC} s`);
  await sleep(leftMs - 500);
  const before = PARTS.map((part) => stack.processorSec(part));
  // Asking costs what is measured: not before most of it is over.
  await sleep(count * 150);
  const runs: JobRecord[] = [];
  await eachAtOnce(ids, async (id) => {
    const [run, ...more] = await endedRuns(apiUrl, id);
    if (run === undefined || more.length > 0) throw new Error(`${id} ran ${more.length + 1} times`);
    if (run.state !== 'succeeded') throw new Error(`${run.jobId} ${run.state}: ${run.sentence}`);
    runs.push(run);
  });
  const used = PARTS.map((part, index) => {
    const usedSec = stack.processorSec(part) - (before[index] ?? Number.NaN);
    return `${part} ${Math.round((usedSec * 1_000) / count)} ms`;
  });
  const lastSec = (timeOf: (run: JobRecord) => number | null): number =>
    rounded((Math.max(...runs.map((run) => timeOf(run) ?? Number.NaN)) - dueMs) / 1_000);
  return {
    lastAdmittedSec: lastSec(({ admittedAtMs }) => admittedAtMs),
    // A `true` may have ended before its start was heard of; its exit tells both.
    lastStartedSec: lastSec(({ startedAtMs, exit }) => exit?.startedAtMs ?? startedAtMs),
    lastEndedSec: lastSec(({ endedAtMs }) => endedAtMs),
    processorMs: used.join(', '),
  };
}

const ratio = (handSec: number, oursSec: number): string => `which is ${rounded(handSec / oursSec)} of that`;

/** The floor: as many of the same containers at that concurrency, through nothing but the Engine API. */
async function byHand({ engine }: BenchStack, count: number, atOnce: number) {
  const beganMs = performance.now();
  const sinceSec = (): number => rounded((performance.now() - beganMs) / 1_000);
  let left = count;
  let lastStartedSec = 0;
  const started = (): void => {
    lastStartedSec = sinceSec();
  };
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await runByHand(engine, started);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { lastStartedSec, lastEndedSec: sinceSec() };
}

async function measureLists({ running: { apiUrl } }: BenchStack, count: number) {
  const ids = Array.from({ length: count }, (_, index) => `listed-${index}`);
  await eachAtOnce(ids, async (id) => {
    await askApi(apiUrl, '/api/v1/schedules', { id, spec, schedule: { hour: 3, minute: '*/20' }, bundle: false });
  });
  await sleep(SETTLE_SEC * 1_000);
  const lists = [];
  for (const route of ROUTES) {
    const tookMs: number[] = [];
    while (tookMs.length < LISTS) {
      const beganMs = performance.now();
      await askApi(apiUrl, route);
      tookMs.push(performance.now() - beganMs);
    }
    const [medianMs, p95Ms] = [rounded(median(tookMs)), rounded(quantile(tookMs, 0.95))];
    lists.push({ route, firstMs: rounded(tookMs[0] ?? Number.NaN), medianMs, p95Ms });
  }
  return lists;
}
