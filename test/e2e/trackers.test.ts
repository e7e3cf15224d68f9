import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { newId, submitScript } from './voyage.ts';

let directory: string;
let redis: RedisServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-trackers-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const tracked = async (what: string, keys: Readonly<Record<string, unknown>>): Promise<void> => {
  let held: Readonly<Record<string, unknown>> = {};
  const isSo = ([key, value]: readonly [string, unknown]): boolean =>
    JSON.stringify(held[key]) === JSON.stringify(value);
  await eventually(
    what,
    async () => {
      held = await redis.contents().catch(() => ({}));
      return Object.entries(keys).every(isSo) || null;
    },
    {
      withinMs: 90_000,
      explain: () => JSON.stringify(Object.keys(keys).map((key) => [key, held[key]])).slice(0, 2_000),
    },
  );
};
const stateKey = (id: string): string => `jobs:${id}:state`;

describe('one machine with the files of the original scheduler', () => {
  let stack: PartsStack;
  beforeAll(async () => {
    redis = await startRedisServer();
    const plugins = join(directory, 'tracker_client_plugins.yaml');
    await writeFile(plugins, `redis_tracker_client: { host: 127.0.0.1, port: ${redis.port} }\n`);
    const database = join(directory, 'database.config.yaml');
    await writeFile(database, 'queue: { type: redis_connection.RedisList }\n');
    stack = await startPartsStack({
      host: { slots: 2 },
      config: { trackerPlugins: plugins, databaseConfig: database },
    });
  }, 120_000);
  afterAll(async () => {
    await stack.stop();
    await redis.stop();
  }, 60_000);

  it(
    'tracks jobs in exactly the keys of the contract, over a kill -9 of the server',
    { timeout: 120_000 },
    async () => {
      const id = newId('voyage');
      await submitScript(stack, id, 'sleep 4');
      await tracked('it runs', { [stateKey(id)]: 'running' });
      await stack.server.kill();
      await stack.server.start();
      const record = await stack.client.ended(id);
      await tracked('it is completed', { [stateKey(id)]: 'completed' });
      const { projects, ...held } = await redis.contents();
      expect(projects).toEqual([{ value: 'test', score: record.admittedAtMs / 1_000 }]);
      const kept = Object.entries(held).filter(([key]) => !key.startsWith('longshore:'));
      expect(Object.fromEntries(kept)).toEqual({
        [`jobs:${id}:completed_time`]: String((record.endedAtMs ?? 0) / 1_000),
        [`jobs:${id}:creation_time`]: String(record.admittedAtMs / 1_000),
        [`jobs:${id}:project`]: 'test',
        [`jobs:${id}:start_time`]: String((record.startedAtMs ?? 0) / 1_000),
        [stateKey(id)]: 'completed',
        [`jobs:${id}:user`]: 'tester',
        'project:test:jobs:running': [id],
      });
      const said = stack.server.child().output();
      expect(said.split('database.config.yaml keeps queue and jobs in Redis')).toHaveLength(2);
    },
  );

  it('lists the runs of a schedule under its monitor', { timeout: 120_000 }, async () => {
    const id = newId('watch');
    await stack.client.upload(id, await bundleOf(id, { 'main.sh': 'true' }));
    const metadata = { project_name: 'test', username: 'tester', monitor_name: 'nightly' };
    const body = JSON.stringify({ ...shellJob(stack, id), metadata, schedule: { year: 2099 } });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${stack.apiUrl}/scheduled_jobs`, { method: 'POST', headers, body })).status).toBe(201);
    expect((await fetch(`${stack.apiUrl}/api/v1/schedules/${id}/trigger`, { method: 'POST' })).status).toBe(202);
    const runs = await eventually(
      'a run is listed',
      async () => (await redis.contents())['projects:test:monitors:nightly:jobs'] ?? null,
    );
    expect(runs).toEqual([expect.stringMatching(new RegExp(`^${id}_\\d{8}_\\d{6}$`))]);
    const [run] = z.array(z.string()).parse(runs);
    await tracked('the run is completed', { [stateKey(run ?? '')]: 'completed' });
    expect((await fetch(`${stack.apiUrl}/scheduled_jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
  });
});
