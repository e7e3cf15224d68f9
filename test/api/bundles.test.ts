import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, goodBundle, submit, tarGz, upload } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, jobId, joinHost, run } from './voyage.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ maxBundleBytes: 100_000 });
  await joinHost(api);
});
afterAll(() => api.close());

describe('POST /job_bundle', () => {
  it('stores a bundle under its job id', async () => {
    const bundle = await goodBundle('good');
    expect(await upload(api, 'good.tgz', bundle)).toMatchObject({ status: 200, text: 'Job bundle uploaded' });
    const stored = await api.ledger.bundle({ jobId: jobId('good') });
    expect(stored?.bytes).toBe(bundle.length);
  });

  it('says when there is no file at all', async () => {
    const refused = { status: 400, text: 'No files in request' };
    expect(await call(api, '/job_bundle', { method: 'POST' })).toMatchObject(refused);
    expect(await call(api, '/job_bundle', { method: 'POST', body: 'text' })).toMatchObject(refused);
    const form = new FormData();
    form.set('job_bundle', 'a field, not a file');
    expect(await call(api, '/job_bundle', { method: 'POST', body: form })).toMatchObject(refused);
  });

  it('says when the file is in another field', async () => {
    const answer = await upload(api, 'a.tgz', await goodBundle('a'), 'bundle');
    expect(answer).toMatchObject({ status: 400, text: 'Job bundle not found in request' });
    expect(answer.headers.get('X-Longshore-Because')).toBe('the form field of the file is job_bundle');
  });

  it.each(['../../etc/a.tgz', '/a.tgz', 'dir/a.tgz', '.tgz', 'a.tar', 'a b.tgz', '..tgz'])(
    'refuses the name %s',
    async (name) => {
      const answer = await upload(api, name, await goodBundle('a'));
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/^Bad job bundle name /);
      expect(await api.ledger.bundle({ jobId: jobId('a') })).toBeNull();
    },
  );

  it.each([
    ['no tar at all', () => Promise.resolve(Buffer.from('this is no tar'))],
    ['much that is no tar', () => Promise.resolve(Buffer.from('this is no tar'.repeat(200)))],
    ['nothing', () => Promise.resolve(Buffer.alloc(0))],
    ['gzip of something else', () => Promise.resolve(gzipSync(randomBytes(2_000)))],
    ['a torn archive', async () => (await goodBundle('bad')).subarray(0, 40)],
  ])('refuses %s in the words of the contract, says why beside them and keeps nothing', async (_, make) => {
    const answer = await upload(api, 'bad.tgz', await make());
    expect(answer).toMatchObject({ status: 400, text: 'Invalid job bundle' });
    expect(answer.headers.get('X-Longshore-Because')).toMatch(/^it is /);
    expect(await api.ledger.bundle({ jobId: jobId('bad') })).toBeNull();
  });

  it.each([
    ['a path that climbs out', () => tarGz([{ name: 'bad/../../etc/passwd', content: 'x' }])],
    ['an absolute path', () => tarGz([{ name: '/etc/passwd', content: 'x' }])],
    ['a link out', () => tarGz([{ name: 'bad/link', type: 'symlink', linkname: '/etc/passwd' }])],
    ['a device', () => tarGz([{ name: 'bad/null', type: 'character-device' }])],
  ])('refuses %s in one line and keeps nothing', async (_, make) => {
    const answer = await upload(api, 'bad.tgz', await make());
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/^Invalid job bundle: [^\n]+$/);
    expect(await api.ledger.bundle({ jobId: jobId('bad') })).toBeNull();
  });

  it('answers 413 with the sizes, also where megabytes are still to come', async () => {
    const bundle = await tarGz([{ name: 'big/data', content: randomBytes(3_000_000).toString('base64') }]);
    const answer = await upload(api, 'big.tgz', bundle);
    expect(answer.status).toBe(413);
    expect(answer.text).toMatch(
      /^Job bundle big\.tgz is larger than the limit of 100000 bytes \(the request has \d+ bytes\)$/,
    );
    expect(await api.ledger.bundle({ jobId: jobId('big') })).toBeNull();
  });

  it('refuses a multipart body that ends early', async () => {
    const body = '--x\r\nContent-Disposition: form-data; name="job_bundle"; filename="cut.tgz"\r\n\r\nabc';
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
    const answer = await call(api, '/job_bundle', { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/^Invalid job bundle: /);
  });

  it('keeps nothing of an upload whose client goes away, and goes on serving', async () => {
    const { port } = new URL(api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /job_bundle HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n' +
        '--x\r\nContent-Disposition: form-data; name="job_bundle"; filename="gone.tgz"\r\n\r\nabc',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await api.ledger.bundle({ jobId: jobId('gone') })).toBeNull();
    expect((await upload(api, 'after.tgz', await goodBundle('after'))).status).toBe(200);
  });
});

describe('GET /job_bundle/<id>', () => {
  it('streams what the job left behind', async () => {
    await submit(api, 'left');
    const job = await run(api, 'left');
    await end(api, job, exited(0));
    expect(await call(api, '/job_bundle/left')).toMatchObject({
      status: 404,
      text: 'The artifact directory was not found for Job left',
    });
    const artifacts = await tarGz([{ name: 'left/model.bin', content: 'weights' }]);
    const written = await api.blobs.write(Readable.from([artifacts]), 1_000_000);
    if (written.kind !== 'stored') throw new Error('not stored');
    await api.ledger.record({
      uid: job.uid,
      runId: 'run-1',
      sequence: 101,
      entry: { kind: 'outcome', outcome: exited(0) },
      collected: { artifactsDigest: written.digest, usage: null, incomplete: null },
      release: null,
    });
    const response = await fetch(`${api.url}/job_bundle/left`);
    expect(response.headers.get('Content-Type')).toBe('application/gzip');
    expect(Buffer.from(await response.arrayBuffer()).equals(artifacts)).toBe(true);
  });

  it('is a 401 where the api may not read what there is', async () => {
    const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    const locked = { ...api.blobs, read: () => Promise.reject(refused) };
    const { ledger } = api;
    const lockedOut = await startApi({ deps: { ledger, blobs: locked } });
    const answer = await call(lockedOut, '/job_bundle/left');
    expect(answer).toMatchObject({ status: 401, text: 'Longshore may not read the artifacts of Job left' });
    await lockedOut.close();
  });

  it.each(['unknown', '..%2f..%2fetc', 'a%00b'])('knows no job %s', async (id) => {
    const answer = await call(api, `/job_bundle/${id}`);
    expect(answer.status).toBe(404);
  });
});
