import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRecord } from '../../model/job-record.ts';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { watchContainers } from '../support/container-history.ts';
import { startOwnEngine, type OwnEngine } from '../support/second-engine.ts';
import { shellJob } from '../support/stack.ts';
import { startTwoHosts, type TestHost, type TwoHosts } from '../support/two-hosts.ts';
import {
  logOf,
  newId,
  openGate,
  reachesState,
  recordOf,
  submitScript,
  untilOpened,
  witness,
  witnessed,
} from './voyage.ts';

let engine: OwnEngine;
let stack: TwoHosts;
let a: TestHost;
let b: TestHost;
beforeAll(async () => {
  engine = await startOwnEngine();
  stack = await startTwoHosts({ host: { slots: 4, lostAfterSec: 2 }, second: engine });
  [a, b] = stack.hosts;
}, 120_000);
afterAll(() => stack.stop(), 60_000);

/** Placed on this host, because nothing else takes jobs meanwhile. */
const startedOn = async (host: TestHost, name: string, script: string, attempts = 1): Promise<string> => {
  const other = host === a ? b : a;
  const id = newId(name);
  await other.order('cordon');
  await stack.client.upload(id, await bundleOf(id, { 'main.sh': witness(stack, id) + script }));
  await stack.client.submit({ ...shellJob(stack, id), retry: { max_attempts: attempts } });
  expect((await reachesState(stack, id, 'running')).placement?.host).toBe(host.name);
  await other.order('uncordon');
  return id;
};
const endsOn = async (host: TestHost, name: string, count: number): Promise<void> => {
  const ids = Array.from({ length: count }, () => newId(name));
  for (const id of ids) await submitScript(stack, id, 'true');
  const records = await Promise.all(ids.map((id) => stack.client.ended(id)));
  for (const record of records) expect(record).toMatchObject({ state: 'succeeded', placement: { host: host.name } });
};
const leftNothing = async (): Promise<void> => {
  for (const host of [a, b]) {
    await eventually(`nothing is left on ${host.name}`, async () =>
      (await host.containers()).length === 0 ? true : null,
    );
    await host.becomes('empty', ({ held }) => held.slots === 0);
  }
};
const ended = (id: string): Promise<JobRecord> => stack.client.ended(id);

describe('a host that is lost', { timeout: 300_000 }, () => {
  it('gets nothing new, keeps what it holds, and its job ends once when its worker returns', async () => {
    const watched = await watchContainers(b.engine, b.name);
    const held = (gate: string): string => `echo begin; ${untilOpened(stack, gate)}echo end`;
    const ids = [await startedOn(b, 'short', held('away')), await startedOn(b, 'long', held('back'))];
    await b.worker.kill();
    await b.becomes('suspect', ({ condition, placeable }) => condition === 'suspect' && !placeable, 75_000);
    await endsOn(a, 'while-suspect', 3);
    await b.becomes('lost', ({ condition, sentence }) => condition === 'lost' && sentence.startsWith('Is lost'));
    await endsOn(a, 'while-lost', 3);
    await openGate(stack, 'away');
    await eventually('one has ended meanwhile', () =>
      watched.lives().some(({ diedAtMs }) => diedAtMs !== null) ? true : null,
    );
    for (const id of ids) expect(await recordOf(stack, id)).toMatchObject({ state: 'running', attempt: 1 });
    expect((await b.described()).held.jobs).toHaveLength(2);
    const refused = await b.order('remove');
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('still holds 2 placement(s)')]);

    await b.worker.start();
    await b.becomes('up', ({ placeable }) => placeable);
    await openGate(stack, 'back');
    for (const id of ids) {
      expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(await logOf(stack, id)).toBe('begin\nend\n');
      expect(await witnessed(stack, id)).toHaveLength(1);
      expect(watched.lives().filter(({ jobId }) => jobId === id)).toHaveLength(1);
    }
    watched.stop();
    await leftNothing();
  });

  it('because its engine was killed, is no host for new jobs; its jobs end as engine_lost or are tried again', async () => {
    const onA = await startedOn(a, 'unharmed', untilOpened(stack, 'unharmed'));
    const [once, again] = [
      await startedOn(b, 'once', 'sleep 300'),
      await startedOn(b, 'again', `[ $(wc -l < ${stack.resultsRoot}/witness/$JOB_ID) -ge 2 ] || sleep 300`, 2),
    ];
    engine.kill();
    await b.becomes('suspect', ({ condition }) => condition !== 'up', 75_000);
    await endsOn(a, 'engine-away', 2);
    expect(await recordOf(stack, once)).toMatchObject({ state: 'running' });
    await engine.startAgain();
    expect(await ended(once)).toMatchObject({ state: 'failed', reason: 'engine_lost', exit: { endedBy: 'engine' } });
    expect(await ended(again)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(await witnessed(stack, once)).toHaveLength(1);
    expect(await witnessed(stack, again)).toHaveLength(2);
    await b.becomes('up', ({ placeable }) => placeable);
    await openGate(stack, 'unharmed');
    expect(await ended(onA)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await witnessed(stack, onA)).toHaveLength(1);
    await leftNothing();
  });

  it('and removed as destroyed: its jobs fail or run elsewhere; should it come back, what survived is stopped', async () => {
    const secondTime = `if [ $(wc -l < ${stack.resultsRoot}/witness/$JOB_ID) -ge 2 ]; then ${untilOpened(stack, 'elsewhere')}`;
    const [once, again] = [
      await startedOn(b, 'gone', 'sleep 300'),
      await startedOn(b, 'elsewhere', `${secondTime}else sleep 300; fi`, 2),
    ];
    await b.worker.kill();
    // Not before its session has ended: until then it counts as up, and its containers as running.
    const removed = await eventually(
      'it may be removed',
      async () => {
        const answer = await b.order('remove', { destroyed: true });
        return answer.status === 409 ? null : answer;
      },
      { withinMs: 60_000 },
    );
    expect([removed.status, removed.text]).toEqual([200, expect.stringContaining('Was removed from the pool')]);
    const failed = await ended(once);
    expect(failed).toMatchObject({ state: 'failed', reason: 'host_lost' });
    expect(failed.sentence).toContain(`host ${b.name} was removed as destroyed`);
    await eventually('it runs elsewhere', async () => {
      const { state, attempt, placement } = await recordOf(stack, again);
      return state === 'running' && attempt === 2 && placement?.host === a.name ? true : null;
    });
    const said = await stack.runUntilEnd({ name: b.name, dataDir: b.dataDir, socketPath: b.socketPath });
    expect(said).toContain(`host ${b.name} was removed. To let it join again, start it with an empty data directory.`);

    expect((await b.containers()).filter((one) => one.endsWith('running'))).toHaveLength(2);
    await rm(b.dataDir, { recursive: true, force: true });
    await b.worker.start();
    await b.becomes('up, with what survived', ({ condition }) => condition === 'up');
    await eventually('what survived is gone', async () => ((await b.containers()).length === 0 ? true : null), {
      withinMs: 60_000,
      explain: stack.server.child().output,
    });
    await b.becomes('empty', ({ held, placeable }) => placeable && held.slots === 0);
    expect(await recordOf(stack, again)).toMatchObject({ state: 'running', attempt: 2, placement: { host: a.name } });
    await openGate(stack, 'elsewhere');
    expect(await ended(again)).toMatchObject({ state: 'succeeded', attempt: 2, placement: { host: a.name } });
    expect(await ended(once)).toMatchObject({ state: 'failed', reason: 'host_lost' });
    expect(await witnessed(stack, again)).toHaveLength(2);
    await leftNothing();
  });
});
