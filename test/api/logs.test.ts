import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, submit } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, joinHost, printedLine, run, stream } from './voyage.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await joinHost(api);
});
afterAll(() => api.close());

/** A reader of a followed log: what has arrived so far, and how it ended. */
const follow = (path: string, on = api) => {
  const reader = {
    text: '',
    ended: 'not yet',
    headers: {} as NodeJS.Dict<string | string[]>,
    stop: () => undefined as void,
  };
  const outgoing = request(`${on.url}${path}`, (response) => {
    reader.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      reader.text += chunk;
    });
    response.on('end', () => {
      reader.ended = 'whole';
    });
    response.on('error', () => {
      reader.ended = 'cut';
    });
  });
  outgoing.on('error', () => {
    reader.ended = 'cut';
  });
  outgoing.end();
  reader.stop = () => void outgoing.destroy();
  return reader;
};

describe('GET /api/v1/jobs/<id>/logs', () => {
  it('gives the bytes as printed, by attempt and stream', async () => {
    await submit(api, 'talks');
    const job = await run(api, 'talks');
    await api.logs.append(stream(job.uid, 1), 0, [printedLine('first try')]);
    await api.logs.append(stream(job.uid, 2), 0, [
      printedLine('10%\r20%'),
      printedLine('oops', { stream: 'stderr' }),
      printedLine('half', { partial: true, text: Buffer.from([0xff, 0x41]) }),
    ]);
    const bytes = Buffer.from(await (await fetch(`${api.url}/api/v1/jobs/talks/logs`)).arrayBuffer());
    expect(bytes).toEqual(Buffer.concat([Buffer.from('10%\r20%\noops\n'), Buffer.from([0xff, 0x41])]));
    expect((await call(api, '/api/v1/jobs/talks/logs?attempt=1')).text).toBe('first try\n');
    expect((await call(api, '/api/v1/jobs/talks/logs?stream=stderr')).text).toBe('oops\n');
    expect((await call(api, '/api/v1/jobs/talks/logs?attempt=3')).text).toBe('');
  });

  it.each(['follow=yes', 'attempt=0', 'attempt=x', 'stream=both', 'tail=5'])(
    'refuses ?%s with a problem',
    async (query) => {
      await submit(api, 'quiet');
      const answer = await call(api, `/api/v1/jobs/quiet/logs?${query}`);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'bad_log_query' });
      expect((await call(api, '/api/v1/jobs/unknown/logs')).status).toBe(404);
    },
  );

  it('follows a job from the queue to its end and ends when the log is drained', async () => {
    await submit(api, 'followed');
    const reader = follow('/api/v1/jobs/followed/logs?follow=true');
    await expect.poll(() => reader.headers['x-accel-buffering']).toBe('no');
    const job = await run(api, 'followed');
    await api.logs.append(stream(job.uid), 0, [printedLine('one'), printedLine('tw', { partial: true })]);
    await expect.poll(() => reader.text).toBe('one\ntw');
    await api.logs.append(stream(job.uid), 2, [printedLine('o')]);
    await expect.poll(() => reader.text).toBe('one\ntwo\n');
    await end(api, job, exited(0));
    expect(reader.ended).toBe('not yet');
    await api.logs.append(stream(job.uid), 3, [printedLine('last words')]);
    await api.logs.finish(stream(job.uid));
    await expect.poll(() => reader.ended, { timeout: 5_000 }).toBe('whole');
    expect(reader.text).toBe('one\ntwo\nlast words\n');
  });

  it('goes on with the next attempt', async () => {
    await submit(api, 'retried');
    const job = await run(api, 'retried');
    await api.logs.append(stream(job.uid, 1), 0, [printedLine('try 1')]);
    const all = follow('/api/v1/jobs/retried/logs?follow=true');
    await expect.poll(() => all.text).toBe('try 1\n');
    await api.logs.finish(stream(job.uid, 1));
    await api.logs.append(stream(job.uid, 2), 0, [printedLine('try 2')]);
    await expect.poll(() => all.text, { timeout: 3_000 }).toBe('try 1\ntry 2\n');
    await api.logs.finish(stream(job.uid, 2));
    await end(api, job, exited(0));
    await expect.poll(() => all.ended, { timeout: 5_000 }).toBe('whole');
  });

  it('ends for a job that never printed anything once it has ended', async () => {
    await submit(api, 'silent');
    const reader = follow('/api/v1/jobs/silent/logs?follow=true');
    await expect.poll(() => reader.headers['x-accel-buffering']).toBe('no');
    await call(api, '/api/v1/jobs/silent/cancel', { method: 'POST' });
    await expect.poll(() => reader.ended, { timeout: 5_000 }).toBe('whole');
  });

  it('stops reading when the client goes away', async () => {
    await submit(api, 'left');
    const job = await run(api, 'left');
    await api.logs.append(stream(job.uid), 0, [printedLine('x')]);
    const reader = follow('/api/v1/jobs/left/logs?follow=true');
    await expect.poll(() => reader.text).toBe('x\n');
    reader.stop();
    await expect.poll(() => api.logged.join('')).toContain('"route":"/api/v1/jobs/:id/logs"');
    expect(api.logged.join('')).not.toContain('a request failed');
  });

  it('cuts followers when it closes, so that no one takes theirs for the whole log', async () => {
    const closing = await startApi();
    await joinHost(closing);
    await submit(closing, 'cut');
    const job = await run(closing, 'cut');
    await closing.logs.append(stream(job.uid), 0, [printedLine('x')]);
    const readers = Array.from({ length: 15 }, () => follow('/api/v1/jobs/cut/logs?follow=true', closing));
    await expect.poll(() => readers.map((reader) => reader.text)).toEqual(readers.map(() => 'x\n'));
    const begunMs = Date.now();
    await closing.stopListening();
    expect(Date.now() - begunMs).toBeLessThan(900);
    await expect.poll(() => readers.map((reader) => reader.ended)).toEqual(readers.map(() => 'cut'));
    await closing.close();
  });
});

describe('a log of 200 MB', () => {
  it(
    'is streamed with flat memory, as raw bytes and as a JSON string, however slow its reader',
    { timeout: 120_000 },
    async () => {
      await submit(api, 'big');
      const job = await run(api, 'big');
      const lines = Array.from({ length: 400 }, () => printedLine('x'.repeat(9_999)));
      for (let next = 0; next < 20_000; next += 400) await api.logs.append(stream(job.uid), next, lines);
      await end(api, job, exited(0));
      for (const path of ['/api/v1/jobs/big/logs', '/completed_jobs/big/logs', '/jobs/big']) {
        const outgoing = request(`${api.url}${path}`).end();
        const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
        await new Promise((resolve) => setTimeout(resolve, 300));
        const before = process.memoryUsage.rss();
        let bytes = 0;
        let peak = 0;
        for await (const chunk of response) {
          bytes += Buffer.byteLength(chunk);
          peak = Math.max(peak, process.memoryUsage.rss() - before);
        }
        expect(bytes).toBeGreaterThanOrEqual(200_000_000);
        expect(peak).toBeLessThan(120_000_000);
      }
    },
  );
});
