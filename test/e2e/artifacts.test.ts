import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openEngine } from '../../cli/provision/engine-access.ts';
import { bundleOf } from '../support/bundle.ts';
import { startBucket, type Bucket } from '../support/bucket.ts';
import { eventually } from '../support/child.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { rowsSaying } from '../support/rows-of.ts';
import { startOwnEngine, type OwnEngine } from '../support/second-engine.ts';
import { startSharedStack, type SharedStack } from '../support/shared-stack.ts';
import { shellJob, type PartsStack } from '../support/stack.ts';
import { newId, recordOf, submitScript } from './voyage.ts';

let bucket: Bucket;
let redis: RedisServer;
let own: OwnEngine;
let engine: Docker;
let stack: SharedStack;
let one: PartsStack;
let other: PartsStack;
beforeAll(async () => {
  [bucket, redis, own] = await Promise.all([startBucket(), startRedisServer(), startOwnEngine()]);
  engine = openEngine(own.socketPath);
  stack = await startSharedStack({
    env: bucket.env,
    host: { docker: own.socketPath },
    config: { blobs: { url: bucket.url }, trackers: [{ type: 'redis', host: '127.0.0.1', port: redis.port }] },
  });
  [one, other] = stack.through;
}, 240_000);
afterAll(async () => {
  await stack.stop();
  await own.stop();
  await redis.stop();
  await bucket.stop();
}, 60_000);

const makes = `echo printed by $JOB_ID; mkdir -p $ARCHIVE_DIR/$JOB_ID/artifacts; echo $JOB_ID > $ARCHIVE_DIR/$JOB_ID/artifacts/own`;
const runMakes = makes.replaceAll('$JOB_ID', '$FOUNDATIONS_JOB_ID');
const ended = async (name: string): Promise<string> => {
  const id = newId(name);
  await submitScript(one, id, makes);
  expect(await one.client.ended(id)).toMatchObject({ state: 'succeeded' });
  await one.client.followLogs(id, () => undefined);
  return id;
};
const namesIn = (...path: readonly string[]): Promise<readonly string[]> =>
  readdir(join(one.dataDir, ...path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
const containersOf = async (id: string): Promise<readonly string[]> => {
  const filters = { label: [`io.longshore.job=${id}`] };
  return (await engine.listContainers({ all: true, filters })).map(({ Id }) => Id);
};
const blobFiles = async (): Promise<readonly string[]> => [
  ...(await namesIn('blobs')).filter((name) => name !== 'drafts'),
  ...(await namesIn('blobs', 'drafts')),
];
const naming = (names: readonly string[], word: string): readonly string[] =>
  names.filter((name) => name.includes(word));

/** Each place where something of the job may be, with what of it is there. */
const placesOf = async (id: string, uid: string): Promise<Readonly<Record<string, readonly string[]>>> => ({
  bucket: await bucket.keys(),
  blobFiles: await blobFiles(),
  logs: naming(await namesIn('logs'), uid),
  containers: await containersOf(id),
  working: naming(await namesIn('work'), id),
  archive: naming(await namesIn('results', 'archive'), id),
  tracker: naming([JSON.stringify(await redis.contents())], id),
  workflows: naming(
    (
      await stack.through[0].temporal.cli(
        'workflow',
        'list',
        '--query',
        `WorkflowId = "job:${id}" AND ExecutionStatus = "Running"`,
      )
    ).split('\n'),
    id,
  ),
  rows: await rowsSaying(stack.ledgerUrl, [id, uid]),
});

const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${one.apiUrl}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const runsSchema = z.object({ runs: z.array(z.object({ jobId: z.string() })) });
const uidSchema = z.object({ uid: z.string() });
/** What names a schedule's id may also be its runs', which stay. */
const isOfSchedule = (row: string): boolean =>
  /^(schedules|schedule_changes|schedule_runs|bundles|replaced_blobs): /.test(row);

describe('what a job leaves', { timeout: 240_000 }, () => {
  it('is in the bucket and not in files, and is gone from every place once the job is deleted', async () => {
    const id = await ended('gone');
    const { uid } = await recordOf(one, id);
    expect(await other.client.artifact(id, 'own')).toBe(`${id}\n`);
    const before = await placesOf(id, uid);
    expect(before).toMatchObject({ blobFiles: [], containers: [], workflows: [] });
    for (const place of ['logs', 'archive', 'tracker'] as const)
      expect([place, before[place]?.length]).toEqual([place, 1]);
    // Its bundle and its artifacts.
    expect(before['bucket']).toHaveLength(2);
    expect(before['rows']?.length).toBeGreaterThan(3);

    expect((await fetch(`${other.apiUrl}/completed_jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
    for (const { apiUrl } of [one, other]) {
      expect((await fetch(`${apiUrl}/jobs/${id}`)).status).toBe(404);
      expect((await fetch(`${apiUrl}/job_bundle/${id}`)).status).toBe(404);
    }
    let left: Awaited<ReturnType<typeof placesOf>> = {};
    await eventually(
      'nothing of it is anywhere, but a row that says that its uid was deleted',
      async () => {
        left = await placesOf(id, uid);
        const isEmpty = Object.entries(left).every(([place, found]) => found.length === (place === 'rows' ? 1 : 0));
        return isEmpty || null;
      },
      { withinMs: 60_000, everyMs: 500, explain: () => JSON.stringify(left, null, 1) },
    );
    expect(left['rows']?.[0]).toMatch(/^jobs: .*Deleted\./);
    expect(await rowsSaying(stack.ledgerUrl, ['tester', 'main.sh'])).toEqual([]);
  });

  it.each(['REST', 'the temporal CLI'])(
    'of a schedule deleted by %s is gone, and of its run only once that is deleted',
    async (by) => {
      const id = newId('nightly');
      await stack.through[0].client.upload(id, await bundleOf(id, { 'main.sh': `${runMakes}; echo ${id}` }));
      const keys = (await bucket.keys()).length;
      const schedule = { ...shellJob(one, id), schedule: { year: 2099 } };
      expect((await ask('POST', '/scheduled_jobs', schedule)).status).toBe(201);
      await one.client.upload(id, await bundleOf(id, { 'main.sh': `${runMakes}; echo again, ${id}` }));
      expect((await ask('POST', `/api/v1/schedules/${id}/trigger`)).status).toBe(202);
      const run = await eventually('a run', async () => {
        const { runs } = runsSchema.parse(await (await ask('GET', `/api/v1/schedules/${id}/runs`)).json());
        return runs[0]?.jobId ?? null;
      });
      expect(await one.client.ended(run)).toMatchObject({ state: 'succeeded' });
      const { uid } = uidSchema.parse(await (await ask('GET', `/api/v1/schedules/${id}`)).json());

      if (by === 'REST') expect((await ask('DELETE', `/scheduled_jobs/${id}`)).status).toBe(204);
      else await one.temporal.cli('schedule', 'delete', '--schedule-id', `schedule:${id}`);
      expect((await ask('GET', `/scheduled_jobs/${id}`)).status).toBe(404);
      let left: readonly string[] = [];
      const nothingLeft = async (): Promise<true | null> => {
        left = [
          ...(await rowsSaying(stack.ledgerUrl, [uid])),
          ...(await rowsSaying(stack.ledgerUrl, [id])).filter(isOfSchedule),
        ];
        return left.length === 0 ? true : null;
      };
      const patience = { withinMs: 60_000, everyMs: 500, explain: () => JSON.stringify(left, null, 1) };
      await eventually('no row is of the schedule', nothingLeft, patience);
      // The bundle that its run has, and that run's artifacts.
      await eventually('its first bundle is gone, and no other blob', async () =>
        (await bucket.keys()).length === keys + 1 ? true : null,
      );
      expect(await recordOf(one, run)).toMatchObject({ state: 'succeeded' });
      expect(await other.client.artifact(run, 'own')).toBe(`${run}\n`);

      expect((await ask('DELETE', `/completed_jobs/${run}`)).status).toBe(204);
      await eventually(
        'the blobs of the run are gone',
        async () => ((await bucket.keys()).length === keys - 1 ? true : null),
        {
          withinMs: 60_000,
        },
      );
      await eventually(
        'a row says that the run was deleted, and no other says anything',
        async () => {
          left = await rowsSaying(stack.ledgerUrl, [id]);
          return left.length === 1 ? true : null;
        },
        patience,
      );
      expect(left[0]).toMatch(/^jobs: .*Deleted\./);
    },
  );

  it('is given out by each api after its host and its engine have ended', async () => {
    const id = await ended('kept');
    await one.host.stop();
    own.kill();
    await expect(engine.ping()).rejects.toThrow();
    for (const { client, apiUrl } of [one, other]) {
      expect(await client.artifact(id, 'own')).toBe(`${id}\n`);
      expect(await (await fetch(`${apiUrl}/completed_jobs/${id}/logs`)).json()).toBe(`printed by ${id}\n`);
    }
    await own.startAgain();
  });
});
