import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobRecord } from '../../model/job-record.ts';
import { watchContainers } from '../support/container-history.ts';
import { eventually } from '../support/child.ts';
import { startTwoHosts, type TestHost, type TwoHosts } from '../support/two-hosts.ts';
import { newId, openGate, reachesState, recordOf, submitScript, untilOpened, witness, witnessed } from './voyage.ts';

const SLOTS = 4;

let stack: TwoHosts;
let a: TestHost;
let b: TestHost;
beforeAll(async () => {
  stack = await startTwoHosts({ host: { slots: SLOTS } });
  [a, b] = stack.hosts;
}, 120_000);
afterAll(() => stack.stop(), 60_000);
beforeEach(async () => {
  for (const host of [a, b]) await host.order('uncordon');
});

const submitted = async (name: string, count: number, script: string): Promise<readonly string[]> => {
  const ids = Array.from({ length: count }, () => newId(name));
  for (const id of ids) await submitScript(stack, id, script);
  return ids;
};
const allEnded = (ids: readonly string[]): Promise<readonly JobRecord[]> =>
  Promise.all(ids.map((id) => stack.client.ended(id)));
const hostOf = (record: JobRecord): string | undefined => record.placement?.host;
const hostsOf = (records: readonly JobRecord[]): readonly (string | undefined)[] => records.map(hostOf);

/** A job that counts for a while on each host. */
const oneOnEach = async (name: string, script: string): Promise<{ readonly onA: string; readonly onB: string }> => {
  const ids = await submitted(name, 2, script);
  const records = await Promise.all(ids.map((id) => reachesState(stack, id, 'running')));
  const [onA, onB] = [a, b].map(({ name: host }) => records.find((record) => hostOf(record) === host)?.jobId);
  if (onA === undefined || onB === undefined) throw new Error(`not one on each host: ${hostsOf(records).join()}`);
  return { onA, onB };
};

describe('two engines under one queue', { timeout: 300_000 }, () => {
  it('share the work evenly', async () => {
    const watched = await Promise.all([a, b].map(({ engine, name }) => watchContainers(engine, name)));
    const ids = await submitted('even', 40, 'sleep 0.3');
    for (const record of await allEnded(ids)) expect(record).toMatchObject({ state: 'succeeded', attempt: 1 });
    const ran = watched.map(({ lives }) => lives().map(({ jobId }) => jobId));
    expect(ran.flat().toSorted()).toEqual(ids.toSorted());
    for (const onOne of ran) expect(onOne.length).toBeGreaterThanOrEqual(14);
    for (const { stop } of watched) stop();
  });

  it('give a cordoned host nothing new, and let what it runs go on', async () => {
    const { onB } = await oneOnEach('cordon', untilOpened(stack, 'cordon'));
    expect((await b.order('cordon')).status).toBe(200);
    expect((await b.described()).sentence).toBe('Is cordoned: it gets no new jobs.');
    const during = await allEnded(await submitted('elsewhere', 6, 'true'));
    expect(new Set(hostsOf(during))).toEqual(new Set([a.name]));
    expect(await recordOf(stack, onB)).toMatchObject({ state: 'running' });
    expect((await b.order('uncordon')).status).toBe(200);
    const after = await allEnded(await submitted('both', 4, 'sleep 2'));
    expect(new Set(hostsOf(after))).toEqual(new Set([a.name, b.name]));
    await openGate(stack, 'cordon');
    expect(await stack.client.ended(onB)).toMatchObject({ state: 'succeeded' });
  });

  it('let what a drained host runs go on until the deadline, and cancel the rest then', async () => {
    const { onA, onB } = await oneOnEach('drain', `trap 'exit 3' TERM; ${untilOpened(stack, 'drain')}`);
    const answer = await a.order('drain', { deadlineSec: 8 });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Is drained')]);
    expect(await recordOf(stack, onA)).toMatchObject({ state: 'running' });
    const during = await submitted('drained', 3, 'true');
    expect(new Set(hostsOf(await allEnded(during)))).toEqual(new Set([b.name]));
    const evicted = await stack.client.ended(onA);
    expect(evicted).toMatchObject({ state: 'cancelled', reason: 'host_drained', exit: { endedBy: 'stop' } });
    expect(evicted.sentence).toContain(`host ${a.name} is drained and its deadline has passed`);
    await eventually('nothing is left there', async () => ((await a.containers()).length === 0 ? true : null));
    await openGate(stack, 'drain');
    expect(await stack.client.ended(onB)).toMatchObject({ state: 'succeeded' });
  });

  it('are filled one before the next where the planner packs', async () => {
    await stack.server.stop();
    await stack.configureServer({ planner: { placement: 'pack' } });
    await stack.server.start();
    const ids = await submitted('pack', SLOTS + 2, untilOpened(stack, 'pack'));
    const records = await Promise.all(ids.map((id) => reachesState(stack, id, 'running')));
    const [first, second] = [a.name, b.name];
    expect(hostsOf(records)).toEqual([...Array.from({ length: SLOTS }, () => first), second, second]);
    await openGate(stack, 'pack');
    await allEnded(ids);
  });

  it('lose a host that is removed once it is empty, and take it back only with an empty data directory', async () => {
    const id = newId('stays');
    await a.order('cordon');
    await submitScript(stack, id, witness(stack, id) + untilOpened(stack, 'remove'));
    await reachesState(stack, id, 'running');
    await a.order('uncordon');
    const refused = await b.order('remove');
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('still holds 1 placement(s)')]);
    await openGate(stack, 'remove');
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
    await b.becomes('empty', ({ held }) => held.slots === 0);
    expect((await b.order('remove')).status).toBe(200);
    expect(await b.worker.child().ended()).not.toBe(0);
    expect(b.worker.child().output()).toContain(`host ${b.name} was removed`);
    const during = await allEnded(await submitted('one', SLOTS, 'sleep 1'));
    expect(new Set(hostsOf(during))).toEqual(new Set([a.name]));

    await rm(b.dataDir, { recursive: true });
    await b.worker.start();
    await b.becomes('up', ({ placeable }) => placeable);
    const after = await allEnded(await submitted('again', SLOTS + 2, 'sleep 2'));
    expect(new Set(hostsOf(after))).toEqual(new Set([a.name, b.name]));
    expect(await witnessed(stack, id)).toHaveLength(1);
  });
});
