import { demoBundle } from '../cli/demo/demo-bundle.ts';
import { createDemoClient } from '../cli/demo/demo-client.ts';
import { runByHand } from './by-hand.ts';
import { machine, rounded } from './figures.ts';
import { BENCH_IMAGE, startBenchStack, type BenchStack } from './stack.ts';

const WARM_UP = 16;
const PARTS = ['temporal', 'server', 'host'] as const;

/**
 * Many `true` jobs at so many slots, from the first submission until the last job is final, against as many of the same
 * containers at that concurrency by hand: in two turns, half of these before and half after, so that a machine that
 * grows faster or slower meanwhile does not count for either. Bundles are uploaded before the clock starts. Quote the ratio.
 */
export async function benchThroughput(jobs: number, slots: number, json: boolean): Promise<void> {
  const stack = await startBenchStack({ slots });
  try {
    await byHand(stack, WARM_UP, slots);
    await asJobs(stack, 'warm', WARM_UP);
    const used = PARTS.map(() => 0);
    let [engineSec, jobsSec] = [0, 0];
    for (const [turn, share] of sharesOf(jobs).entries()) {
      engineSec += await byHand(stack, Math.ceil(share / 2), slots);
      const before = PARTS.map((part) => stack.processorSec(part));
      jobsSec += await asJobs(stack, `bench-${turn}`, share);
      PARTS.forEach((part, index) => {
        used[index] = (used[index] ?? 0) + stack.processorSec(part) - (before[index] ?? 0);
      });
      engineSec += await byHand(stack, Math.floor(share / 2), slots);
    }
    const msPerJob = PARTS.map((part, index) => {
      return `${part} ${Math.round(((used[index] ?? Number.NaN) * 1_000) / jobs)} ms`;
    });
    const ratioToEngine = rounded(engineSec / jobsSec);
    const [engineRate, jobRate] = [rounded(jobs / engineSec), rounded(jobs / jobsSec)];
    process.stdout.write(
      `${jobs} of each at ${slots}, on ${machine()}\n` +
        `by hand     ${engineRate} containers/s\n` +
        `as jobs     ${jobRate} jobs/s\n` +
        `ratio       ${ratioToEngine}\n` +
        `processor   per job: ${msPerJob.join(', ')}\n`,
    );
    if (json) process.stdout.write(`${JSON.stringify({ ratioToEngine, jobRate, engineRate, jobs, slots })}\n`);
  } finally {
    await stack.stop();
  }
}

const sharesOf = (jobs: number): readonly number[] => [Math.ceil(jobs / 2), Math.floor(jobs / 2)];

/** Seconds. */
async function byHand({ engine }: BenchStack, count: number, atOnce: number): Promise<number> {
  const beganMs = performance.now();
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await runByHand(engine);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return (performance.now() - beganMs) / 1000;
}

/** Seconds from the first submission until the last job is final. */
async function asJobs({ running }: BenchStack, name: string, count: number): Promise<number> {
  const client = createDemoClient(running.apiUrl, new AbortController().signal);
  const ids = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  for (const id of ids) await client.upload(id, await demoBundle(id, ''));
  const beganMs = performance.now();
  await Promise.all(
    ids.map((id) =>
      client.submit({ job_id: id, spec: { image: BENCH_IMAGE, command: ['true'], network_mode: 'none' } }),
    ),
  );
  for (const id of ids) {
    const { state, sentence } = await client.ended(id);
    if (state !== 'succeeded') throw new Error(`${id} ${state}: ${sentence}`);
  }
  return (performance.now() - beganMs) / 1000;
}
