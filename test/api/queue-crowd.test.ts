import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { call, postJson, submission, upload, goodBundle } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';

const CLIENTS = 50;
const CALLS = 12;
/** Another one each time; a failure names it. */
const SEED = Date.now() % 1_000_000;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** mulberry32: the same calls again for the same seed. */
const dice = (seed: number): ((sides: number) => number) => {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
};
const pageSchema = z.object({
  total: z.number(),
  entries: z.array(z.object({ jobId: z.string(), position: z.number() })),
});
const page = async () => pageSchema.parse(JSON.parse((await call(api, '/api/v1/queue?limit=1000')).text));

type Log = { submitted: Set<string>; cancelled: Set<string>; deleted: Set<string>; deletedByPosition: number };

const client = async (number: number, log: Log): Promise<void> => {
  const roll = dice(SEED + number * 7_919);
  for (let turn = 0; turn < CALLS; turn += 1) {
    const own = `c${number}-${turn}`;
    const known = `c${roll(CLIENTS)}-${roll(CALLS)}`;
    switch (roll(6)) {
      case 0:
      case 1: {
        await upload(api, `${own}.tgz`, await goodBundle(own));
        const answer = await postJson(api, '/queued_jobs', submission(own));
        // Deleted by another client before its start was confirmed: refused, and nothing of it is left.
        expect([201, 503]).toContain(answer.status);
        log.submitted.add(own);
        break;
      }
      case 2: {
        const answer = await call(api, '/queued_jobs/0', { method: 'DELETE' });
        expect([204, 404]).toContain(answer.status);
        if (answer.status === 204) log.deletedByPosition += 1;
        break;
      }
      case 3: {
        const init = { method: 'PATCH', body: String(roll(80)) };
        expect([204, 404]).toContain((await call(api, `/queued_jobs/${roll(80)}`, init)).status);
        break;
      }
      case 4: {
        const answer = await postJson(api, `/api/v1/jobs/${known}/cancel`, {});
        expect([200, 202, 404]).toContain(answer.status);
        if (answer.status === 202) log.cancelled.add(known);
        break;
      }
      case 5: {
        const answer = await call(api, `/api/v1/queue/${known}`, { method: 'DELETE' });
        expect([204, 404, 409]).toContain(answer.status);
        if (answer.status === 204) log.deleted.add(known);
        break;
      }
    }
  }
};

it(`loses and doubles no job when ${CLIENTS} clients push at once (seed ${SEED})`, async () => {
  const log: Log = { submitted: new Set(), cancelled: new Set(), deleted: new Set(), deletedByPosition: 0 };
  for (let index = 0; index < 100; index += 1) {
    const id = `first-${index}`;
    await upload(api, `${id}.tgz`, await goodBundle(id));
    expect((await postJson(api, '/queued_jobs', submission(id))).status).toBe(201);
    log.submitted.add(id);
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number, log)));

  const { total, entries } = await page();
  const waiting = entries.map(({ jobId }) => jobId);
  expect(entries.map(({ position }) => position)).toEqual(waiting.map((_, index) => index));
  expect(new Set(waiting).size).toBe(total);
  expect(await Promise.all(waiting.map((id) => call(api, `/jobs/${id}`).then(({ status }) => status)))).toEqual(
    waiting.map(() => 200),
  );
  const failed = z.record(z.string(), z.unknown()).parse(JSON.parse((await call(api, '/failed_jobs')).text));
  expect(new Set(Object.keys(failed))).toEqual(log.cancelled);

  const left = [...log.submitted].filter((id) => !log.cancelled.has(id) && !log.deleted.has(id));
  expect(waiting.filter((id) => !left.includes(id))).toEqual([]);
  expect(left.length - waiting.length).toBe(log.deletedByPosition);
  expect([...log.deleted].filter((id) => waiting.includes(id) || log.cancelled.has(id))).toEqual([]);
}, 120_000);
