import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { jobRecordSchema, type JobRecord } from '../model/job-record.ts';

const AT_ONCE = 16;
const POLL_MS = 1_000;
const runsSchema = z.object({ runs: z.array(z.object({ jobId: z.string(), atMs: z.number() })) });

/** One call, its answer read to the end. Throws unless it is a 2xx. */
export async function askApi(apiUrl: string, path: string, body?: unknown): Promise<string> {
  const answer = await request(`${apiUrl}${path}`, {
    ...(body === undefined ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
    headersTimeout: 60_000,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
  return text;
}

export async function eachAtOnce<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** The runs of a schedule once there is one, each as its job ended. */
export async function endedRuns(apiUrl: string, id: string): Promise<readonly JobRecord[]> {
  for (;;) {
    const { runs } = runsSchema.parse(JSON.parse(await askApi(apiUrl, `/api/v1/schedules/${id}/runs`)));
    const records = await Promise.all(
      runs.map(async ({ jobId }) => jobRecordSchema.parse(JSON.parse(await askApi(apiUrl, `/api/v1/jobs/${jobId}`)))),
    );
    if (records.length > 0 && records.every(({ endedAtMs }) => endedAtMs !== null)) return records;
    await sleep(POLL_MS);
  }
}
