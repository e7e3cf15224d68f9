import { demoBundle } from '../cli/demo/demo-bundle.ts';
import { createDemoClient } from '../cli/demo/demo-client.ts';
import { runByHand } from './by-hand.ts';
import { machine, median, quantile, rounded } from './figures.ts';
import { BENCH_IMAGE, startBenchStack, type BenchStack } from './stack.ts';

const WARM_UP = 3;

/**
 * One warm `true` job from POST /queued_jobs until its log is whole and it is final, against the same container by
 * hand, in turn. Prints medians; quote the ratio, machines are noisy.
 */
export async function benchLatency(runs: number, json: boolean): Promise<void> {
  const stack = await startBenchStack();
  try {
    const jobs: number[] = [];
    const hands: number[] = [];
    for (let run = -WARM_UP; run < runs; run += 1) {
      const hand = await runByHand(stack.engine);
      const job = await runJob(stack, `bench-${run + WARM_UP}`);
      if (run < 0) continue;
      hands.push(hand);
      jobs.push(job);
    }
    const ratioToEngine = rounded(median(jobs.map((job, index) => job / (hands[index] ?? Number.NaN))));
    process.stdout.write(
      `${runs} of each, interleaved, on ${machine()}\n` +
        `by hand     median ${rounded(median(hands))} ms, p95 ${rounded(quantile(hands, 0.95))} ms\n` +
        `as a job    median ${rounded(median(jobs))} ms, p95 ${rounded(quantile(jobs, 0.95))} ms\n` +
        `ratio       median of pairs ${ratioToEngine}\n`,
    );
    if (json) {
      const figures = { ratioToEngine, jobMs: rounded(median(jobs)), engineMs: rounded(median(hands)), runs };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    }
  } finally {
    await stack.stop();
  }
}

async function runJob({ running }: BenchStack, jobId: string): Promise<number> {
  const client = createDemoClient(running.apiUrl, new AbortController().signal);
  await client.upload(jobId, await demoBundle(jobId, ''));
  const beganMs = performance.now();
  await client.submit({ job_id: jobId, spec: { image: BENCH_IMAGE, command: ['true'], network_mode: 'none' } });
  // A follow ends when the log is whole and the job is final.
  await client.followLogs(jobId, () => undefined);
  const tookMs = performance.now() - beganMs;
  const { state, sentence } = await client.ended(jobId);
  if (state !== 'succeeded') throw new Error(`${jobId} ${state}: ${sentence}`);
  return tookMs;
}
