import { digestSchema, jobIdSchema, poolNameSchema } from '../model/ids.ts';
import { startBenchApi, type BenchApi } from './bench-api.ts';
import { machine, quantile, rounded } from './figures.ts';
import { fillQueue } from './fill-queue.ts';

const POOL = poolNameSchema.parse('default');
const WARM_UP = 200;

/**
 * `POST /queued_jobs` while nobody waits and while many do, in turn: two apis with a ledger each, so that whatever else
 * the machine does counts for both. What is submitted is deleted before the next.
 */
export async function benchSubmit(queued: number, runs: number, json: boolean): Promise<void> {
  const apis: BenchApi[] = [];
  try {
    while (apis.length < 2) apis.push(await startBenchApi(POOL));
    const [none, many] = apis;
    if (none === undefined || many === undefined) throw new Error('two apis were started');
    await fillQueue(many.deps.ledger, POOL, 0, queued);
    const [noneMs, manyMs]: [number[], number[]] = [[], []];
    for (let run = -WARM_UP; run < runs; run += 1) {
      const pair = [await submitOne(none, run), await submitOne(many, run)] as const;
      if (run < 0) continue;
      noneMs.push(pair[0]);
      manyMs.push(pair[1]);
    }
    const p99Ms = [noneMs, manyMs].map((ms) => rounded(quantile(ms, 0.99)));
    const ratio = rounded(quantile(manyMs, 0.99) / quantile(noneMs, 0.99));
    process.stdout.write(
      `POST /queued_jobs, ${runs} of each, in turn, on ${machine()}\n` +
        `with none waiting     p50 ${rounded(quantile(noneMs, 0.5))} ms, p99 ${p99Ms[0]} ms\n` +
        `with ${queued} waiting  p50 ${rounded(quantile(manyMs, 0.5))} ms, p99 ${p99Ms[1]} ms\n` +
        `ratio of p99          ${ratio}\n`,
    );
    if (json) process.stdout.write(`${JSON.stringify({ ratio, p99Ms, queued, runs })}\n`);
  } finally {
    for (const api of apis) await api.stop();
  }
}

/** Milliseconds of the submission alone. */
async function submitOne({ deps, call }: BenchApi, run: number): Promise<number> {
  const id = jobIdSchema.parse(`bench-${run + WARM_UP}`);
  await deps.ledger.putBundle({ jobId: id, digest: digestSchema.parse(`sha256:${'0'.repeat(64)}`), bytes: 1 });
  const beganMs = performance.now();
  await call('POST', '/queued_jobs', { job_id: id, spec: { image: 'busybox', command: 'true' } });
  const tookMs = performance.now() - beganMs;
  await call('DELETE', `/api/v1/queue/${id}`);
  return tookMs;
}
