import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuseOtherSites } from '../../api/http/same-site.ts';
import { listen, type Listening } from '../../api/listen.ts';

let listening: Listening;
beforeAll(async () => {
  const app = express();
  app.use(refuseOtherSites);
  app.use((_request, response) => void response.send('served'));
  listening = await listen(app, { host: '127.0.0.1', port: 0, graceMs: 0 });
});
afterAll(() => listening.close());

const statusOf = async (method: string, headers: Record<string, string>): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${listening.port}/queued_jobs`, { method, headers });
  return answer.status;
};

describe('a request that changes something', () => {
  it('is served to programs, and to pages of this very address', async () => {
    expect(await statusOf('POST', {})).toBe(200);
    expect(await statusOf('POST', { origin: `http://127.0.0.1:${listening.port}` })).toBe(200);
  });

  it('is refused to pages of other sites, whatever they call themselves', async () => {
    expect(await statusOf('POST', { origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf('DELETE', { origin: 'null' })).toBe(403);
    expect(await statusOf('GET', { origin: 'http://evil.example' })).toBe(200);
  });
});
