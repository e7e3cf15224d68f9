/**
 * Fills a queue with large jobs and reads the lists over HTTP, in a process whose heap is far smaller than what they
 * hold: `node --max-old-space-size=64 list-within-heap.js <jobs> <bytes each>`. Prints how many jobs each list gave.
 */
import { hostNameSchema, jobUidSchema } from '../../model/ids.ts';
import { Readable } from 'node:stream';
import { ulid } from 'ulid';
import { aSpec } from '../ledger/builders.ts';
import { POOL, startApi } from './running-api.ts';
import { jobId, joinHost } from './voyage.ts';

const [jobs = 0, bytesEach = 0] = process.argv.slice(2).map(Number);
const AT_ONCE = 100;
const MORE_GPUS_THAN_ANY = 1_000;
const half = Math.floor(jobs / 2);

const api = await startApi();
try {
  await joinHost(api);
  const uids = Array.from({ length: jobs }, () => jobUidSchema.parse(ulid()));
  const admit = async (index: number): Promise<void> => {
    const uid = uids[index];
    if (uid === undefined) return;
    const environment = [`LARGE=${uid}${'x'.repeat(bytesEach)}`];
    const submitted = { image: 'busybox', environment };
    await api.ledger.admit({
      ...{ uid, jobId: jobId(`job-${index}`), pool: POOL, project: 'p', owner: 'o', metadata: {} },
      ...{
        spec: { ...aSpec({ environment, gpus: index < half ? 0 : MORE_GPUS_THAN_ANY }), submitted },
        needsBundle: false,
        maxQueued: jobs,
      },
    });
    await api.ledger.openRun({ uid, runId: 'run-1' });
  };
  for (let from = 0; from < jobs; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => admit(from + index)));
  }

  const found: Record<string, { readonly entries: number; readonly bytes: number }> = {};
  const read = async (path: string): Promise<void> => {
    const answer = await fetch(`${api.url}${path}`);
    let [entries, bytes, tail] = [0, 0, ''];
    if (answer.body === null) throw new Error(`${path} has no body`);
    const chunks: AsyncIterable<Uint8Array> = Readable.fromWeb(answer.body);
    for await (const chunk of chunks) {
      const text = tail + Buffer.from(chunk).toString();
      const pieces = text.split('"job_id":');
      entries += pieces.length - 1;
      tail = (pieces.at(-1) ?? '').slice(-8);
      bytes += chunk.length;
    }
    found[path] = { entries, bytes };
  };
  await read('/queued_jobs');
  const { token } = await api.ledger.beginPlanning({ pool: POOL });
  const host = hostNameSchema.parse('host-1');
  await api.ledger.commitRound({
    ...{ pool: POOL, token },
    placements: uids.slice(0, half).map((uid) => ({ uid, host, gpuIds: [] })),
    refusals: uids.slice(half).map((uid) => ({ uid, sentence: 'too large' })),
  });
  await read('/running_jobs');
  await read('/failed_jobs?sort=queued_time:desc');
  process.stdout.write(`${JSON.stringify(found)}\n`);
} finally {
  await api.close();
}
