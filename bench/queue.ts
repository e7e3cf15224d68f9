import type { ApiDeps } from '../api/api-deps.ts';
import { digestSchema, jobIdSchema, poolNameSchema } from '../model/ids.ts';
import { startBenchApi, type BenchCall } from './bench-api.ts';
import { machine, quantile, rounded } from './figures.ts';
import { fillQueue } from './fill-queue.ts';
import { RUNNING_WORK, startRunningWork } from './running-work.ts';

const SIZES = [0, 1_000, 10_000, 50_000];
const POOL = poolNameSchema.parse('default');

type Calls = Readonly<Record<string, (turn: number) => Promise<void>>>;
type Figure = { readonly queued: number; readonly call: string; readonly p50Ms: number; readonly p99Ms: number };

/** What the queue's calls take over HTTP beside that many waiting jobs: the real api and ledger, without Temporal. */
export async function benchQueue(runs: number, json: boolean): Promise<void> {
  const { deps, call, stop } = await startBenchApi(POOL);
  const figures: Figure[] = [];
  try {
    let filled = 0;
    for (const queued of SIZES) {
      await fillQueue(deps.ledger, POOL, filled, queued);
      filled = queued;
      const work = await startRunningWork(deps.ledger, POOL);
      for (const [name, run] of Object.entries(callsOf(deps, call, queued))) {
        figures.push({ queued, call: name, ...(await measure(run, runs)) });
      }
      await work.stop();
    }
  } finally {
    await stop();
  }
  process.stdout.write(`${runs} of each, one after the other, ${RUNNING_WORK}, on ${machine()}\n${table(figures)}`);
  if (json) process.stdout.write(`${JSON.stringify({ queue: figures })}\n`);
}

/** As many jobs wait after the calls as before: what is submitted is deleted. */
function callsOf(deps: ApiDeps, call: BenchCall, queued: number): Calls {
  const submit = async (turn: number): Promise<void> =>
    call('POST', '/queued_jobs', { job_id: `bench-${queued}-${turn}`, spec: { image: 'busybox', command: 'true' } });
  const some = (turn: number): number => (turn * 7_919) % (queued + 1);
  const bundle = (turn: number): Promise<void> =>
    deps.ledger.putBundle({
      jobId: jobIdSchema.parse(`bench-${queued}-${turn}`),
      digest: digestSchema.parse(`sha256:${'0'.repeat(64)}`),
      bytes: 1,
    });
  return {
    upload: bundle,
    submit,
    page: (turn) => call('GET', `/api/v1/queue?offset=${some(turn)}&limit=100`),
    position: (turn) => call('GET', `/queued_jobs/${some(turn)}`),
    lookup: (turn) => call('GET', `/api/v1/jobs/bench-${queued}-${turn}`),
    move: (turn) => call('PATCH', `/queued_jobs/${some(turn)}`, some(turn * 31)),
    delete: (turn) => call('DELETE', `/api/v1/queue/bench-${queued}-${turn}`),
  };
}

async function measure(run: (turn: number) => Promise<void>, runs: number): Promise<Pick<Figure, 'p50Ms' | 'p99Ms'>> {
  const tookMs: number[] = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const beganMs = performance.now();
    await run(turn);
    tookMs.push(performance.now() - beganMs);
  }
  return { p50Ms: rounded(quantile(tookMs, 0.5)), p99Ms: rounded(quantile(tookMs, 0.99)) };
}

function table(figures: readonly Figure[]): string {
  const rows = figures
    .filter(({ call }) => call !== 'upload')
    .map(({ queued, call, p50Ms, p99Ms }) =>
      [String(queued).padStart(7), call.padEnd(9), p50Ms.toFixed(2).padStart(8), p99Ms.toFixed(2).padStart(8)].join(
        ' ',
      ),
    );
  return `${[' queued call        p50 ms   p99 ms', ...rows].join('\n')}\n`;
}
