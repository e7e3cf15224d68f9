import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
afterEach(() => api.close());

const ask = async (host: string, path = '/queued_jobs'): Promise<{ status: number; said: string }> => {
  const asking = request(`${api.url}${path}`, { headers: { host } }).end();
  const answered = new Promise<{ status: number; said: string }>((resolve, reject) => {
    asking.once('error', reject);
    asking.once('response', (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, said }), reject);
    });
  });
  return answered;
};
const statuses = async (...hosts: string[]): Promise<readonly number[]> =>
  (await Promise.all(hosts.map((host) => ask(host)))).map(({ status }) => status);

describe('an api on loopback', () => {
  it('answers to loopback names with any port, and to nobody else, whatever the path', async () => {
    api = await startApi({ servedNames: [] });
    const own = ['localhost', 'LOCALHOST:5000', '127.0.0.1', '127.0.0.2:80', '[::1]:5000', 'a.localhost', 'localhost.'];
    expect(await statuses(...own)).toEqual(own.map(() => 200));
    const others = [
      'evil.example',
      'evil.example:5000',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.7',
    ];
    const odd = ['localhost:80:80', '[::1].evil', '0.0.0.0', '::1:80', 'localhost@evil'];
    expect(await statuses(...others, ...odd)).toEqual([...others, ...odd].map(() => 421));
    for (const path of ['/', '/healthz', '/api/v1/queue', '/host/v1/hello']) {
      const { status, said } = await ask('evil.example:5000', path);
      expect(status).toBe(421);
      expect(said).toContain('not known as evil.example;');
      expect(said).toContain('api.servedNames in longshore.yaml');
    }
  });

  it('answers to the names it is told of', async () => {
    api = await startApi({ servedNames: ['Jobs.Example.org', 'fd00::7'] });
    expect(await statuses('jobs.example.org:443', '[fd00::7]:5000', 'localhost')).toEqual([200, 200, 200]);
    expect(await statuses('example.org', 'x.jobs.example.org', '[fd00::8]')).toEqual([421, 421, 421]);
  });

  it('answers who names nobody: no browser does', async () => {
    api = await startApi({ servedNames: [] });
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /healthz HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toContain('200 OK');
  });
});

describe('an api that does not know its names', () => {
  it('answers to all of them: a service name, an address, a name of the network', async () => {
    api = await startApi();
    expect(await statuses('server:5000', '10.0.0.7:5000', 'box1.lan')).toEqual([200, 200, 200]);
  });
});
