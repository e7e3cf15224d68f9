import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../../model/problem.ts';
import { hostNameSchema } from '../../model/ids.ts';
import { LongshoreError } from '../../model/error.ts';
import { FakeHostGateway } from './fake-host-gateway.ts';
import { type Answer, call, postJson, submit } from './foundations-client.ts';
import { aUid, notHeard } from '../ledger/builders.ts';
import { POOL, type RunningApi, startApi } from './running-api.ts';
import { containing } from './containing.ts';
import { end, exited, joinHost, run } from './voyage.ts';

const HOST = hostNameSchema.parse('host-1');
let api: RunningApi;
beforeEach(async () => {
  api = await startApi();
  await joinHost(api);
});
afterEach(() => api.close());

const order = (verb: string, body: unknown = {}, host = 'host-1'): Promise<Answer> =>
  postJson(api, `/api/v1/hosts/${host}/${verb}`, body);
const raw = (verb: string, body: string): Promise<Answer> =>
  call(api, `/api/v1/hosts/host-1/${verb}`, { method: 'POST', body });
const expectProblem = (answer: Answer, status: number, code: string): string => {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
  const problem = problemSchema.parse(JSON.parse(answer.text));
  expect(problem).toMatchObject({ status, code });
  return problem.detail;
};
const shown = async (): Promise<unknown> => JSON.parse((await call(api, '/api/v1/hosts/host-1')).text);

describe('/api/v1/hosts', () => {
  it('lists and shows hosts with what they have, hold and have left, and how they stand in a sentence', async () => {
    await submit(api, 'there', { mem_limit: '1g', nano_cpus: 2_000_000_000 });
    const { uid } = await run(api, 'there');
    const free = { slots: 999, cpuMilli: 62_000, memoryBytes: 2 ** 36 - 2 ** 30, gpuIds: [] };
    const one = { name: 'host-1', condition: 'up', held: { jobs: [uid], slots: 1 }, free, sentence: 'Is up.' };
    expect(await shown()).toMatchObject(one);
    expect(JSON.parse((await call(api, '/api/v1/hosts')).text)).toMatchObject({ hosts: [one] });
  });

  it('cordons, drains and uncordons, each as often as one likes', async () => {
    for (let again = 0; again < 2; again += 1) {
      expect(await order('cordon')).toMatchObject({ status: 200 });
      expect(await shown()).toMatchObject({ cordoned: true, placeable: false, sentence: containing('cordoned') });
    }
    const before = Date.now();
    const first = await order('drain', { deadlineSec: 3600 });
    expect(JSON.parse(first.text)).toMatchObject({ cordoned: true, sentence: containing('is stopped at') });
    await order('drain', { deadlineSec: 1.5 });
    const drain = (await api.ledger.hosts())[0]?.drain;
    expect(drain?.deadlineMs).toBeGreaterThanOrEqual(before + 1_500);
    expect(drain?.deadlineMs).toBeLessThan(before + 60_000);
    expect(JSON.parse((await order('drain')).text)).toMatchObject({ drain: { deadlineMs: null } });
    expect(await shown()).toMatchObject({ sentence: containing('may finish') });
    expect(JSON.parse((await order('uncordon')).text)).toMatchObject({ cordoned: false, drain: null, placeable: true });
    expect(await order('uncordon')).toMatchObject({ status: 200 });
  });

  it('keeps a host that holds something, says so, and removes it when it is destroyed or holds nothing', async () => {
    await submit(api, 'there');
    const job = await run(api, 'there');
    const detail = expectProblem(await order('remove'), 409, 'host_holds_placements');
    expect(detail).toContain('still holds 1 placement');
    expect(detail).toContain('"destroyed": true');
    expectProblem(await order('remove', { destroyed: false }), 409, 'host_holds_placements');
    // Its container is gone and its placement given back, and what it left there is still being collected.
    await api.ledger.record({
      ...{ uid: job.uid, runId: 'run-1', sequence: 50, collected: null },
      entry: { kind: 'progress', progress: { state: 'stopping', reason: 'started', sentence: 'ended', attempt: 1 } },
      release: { epoch: job.placement.epoch, proof: 'exited' },
    });
    expect(await shown()).toMatchObject({ held: { jobs: [] } });
    expectProblem(await order('remove'), 409, 'host_holds_placements');
    await end(api, job, exited(0));
    expect(JSON.parse((await order('remove')).text)).toMatchObject({ condition: 'removed' });
    expect(await order('remove')).toMatchObject({ status: 200 });
    for (const verb of ['cordon', 'uncordon', 'drain']) expectProblem(await order(verb), 409, 'host_removed');
    expect(JSON.parse((await call(api, '/api/v1/hosts')).text)).toEqual({ hosts: [] });
    expect(await shown()).toMatchObject({ sentence: 'Was removed from the pool.' });
  });

  it('gives back what a destroyed host held, once it is not up any more', async () => {
    await submit(api, 'there');
    await run(api, 'there');
    expect(expectProblem(await order('remove', { destroyed: true }), 409, 'host_is_up')).toContain('Drain it');
    const standing = { condition: 'suspect', sinceMs: 1, cordoned: false, drain: null } as const;
    await api.ledger.recordHost({ name: HOST, revision: Date.now() + 60_000, standing });
    expect(JSON.parse((await order('remove', { destroyed: true })).text)).toMatchObject({ condition: 'removed' });
    expect(await api.ledger.heldResources({ host: HOST })).toEqual([]);
  });

  it('takes the word that a removed host is destroyed for what the ledger, an older copy, heard of only since', async () => {
    await order('remove', { destroyed: false });
    await api.ledger.beginPlanning({ pool: POOL, highestEpoch: { generation: 1, counter: 9 } });
    const epoch = { generation: 1, counter: 9 };
    const isDestroyed = () => api.ledger.isDestroyed({ uid: aUid(), epoch, host: HOST });
    expect((await order('remove', { destroyed: false })).status).toBe(200);
    expect(await isDestroyed()).toBe(false);
    expect((await order('remove', { destroyed: true })).status).toBe(200);
    expect(await isDestroyed()).toBe(true);
  });

  it.each(['nobody', 'HOST-1', '..%2f..', 'host-1%00', '%F0%9F%9A%A2'])('knows no host %s', async (name) => {
    expectProblem(await call(api, `/api/v1/hosts/${name}`), 404, 'no_such_host');
    for (const verb of ['cordon', 'uncordon', 'drain', 'remove'])
      expectProblem(await order(verb, {}, name), 404, 'no_such_host');
    expect(await api.ledger.hosts()).toHaveLength(1);
  });

  it.each([-1, 30 * 24 * 3600 + 1, '60', true, [], {}])('refuses the deadline %j and names it', async (deadlineSec) => {
    const answer = await order('drain', { deadlineSec });
    expect(expectProblem(answer, 400, 'bad_host_order')).toContain('deadlineSec');
    expect(JSON.parse(answer.text)).toMatchObject({ field: 'deadlineSec' });
    expect(await shown()).toMatchObject({ drain: null });
  });

  it('refuses bodies of a wrong type and what it does not know, and changes nothing', async () => {
    for (const verb of ['cordon', 'uncordon', 'drain', 'remove']) {
      expectProblem(await raw(verb, '[]'), 400, 'bad_host_order');
      expectProblem(await raw(verb, '{"deadline":5}'), 400, 'bad_host_order');
      expectProblem(await raw(verb, '{'), 400, 'malformed_json');
      expectProblem(await raw(verb, '"now"'), 400, 'malformed_json');
      expectProblem(await raw(verb, `${'['.repeat(400)}${']'.repeat(400)}`), 400, 'body_too_deep');
      expectProblem(await raw(verb, `{"a":"${'x'.repeat(2 ** 20)}"}`), 413, 'body_too_large');
    }
    expectProblem(await raw('drain', '{"deadlineSec":1e999}'), 400, 'bad_host_order');
    expectProblem(await order('remove', { destroyed: 'yes' }), 400, 'bad_host_order');
    expect(await shown()).toMatchObject({ condition: 'up', cordoned: false, drain: null });
    expect(await raw('cordon', '')).toMatchObject({ status: 200 });
  });

  it('answers other methods and paths with problems', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expectProblem(await call(api, '/api/v1/hosts', { method }), 405, 'method_not_allowed');
      expectProblem(await call(api, '/api/v1/hosts/host-1', { method }), 405, 'method_not_allowed');
    }
    const wrong = await call(api, '/api/v1/hosts/host-1/drain');
    expect(expectProblem(wrong, 405, 'method_not_allowed')).toContain('POST');
    expect(wrong.headers.get('Allow')).toBe('POST');
    expectProblem(await order('explode'), 404, 'no_such_route');
    expectProblem(await call(api, '/api/v1/hosts/%E0%A4%A'), 400, 'bad_request');
  });
});

describe('an order that meets a change of its host', () => {
  it('is refused with the number when a job came there before the removal, and as removed after one', async () => {
    class Late extends FakeHostGateway {
      override async remove(...asked: Parameters<FakeHostGateway['remove']>): ReturnType<FakeHostGateway['remove']> {
        await submit(api, 'quick');
        await run(api, 'quick');
        return super.remove(...asked);
      }
      override async order(): Promise<void> {
        await notHeard(api.ledger, HOST);
        await api.ledger.removeHost({ name: HOST, destroyed: true });
      }
    }
    const { ledger } = api;
    const late = await startApi({ deps: { ledger, hostGateway: new Late(ledger) } });
    const ask = (verb: string): Promise<Answer> => postJson(late, `/api/v1/hosts/host-1/${verb}`, {});
    expect(expectProblem(await ask('remove'), 409, 'host_holds_placements')).toContain('still holds 1 placement');
    expect(await shown()).toMatchObject({ condition: 'up' });
    await order('cordon');
    expectProblem(await ask('cordon'), 409, 'host_removed');
    await late.close();
  });
});

describe("an order that the host's workflow does not act on", () => {
  it('is answered 202 with the host as it stands, and 503 when Temporal is away', async () => {
    const told: string[] = [];
    class Silent extends FakeHostGateway {
      override async order(asked: Parameters<FakeHostGateway['order']>[0]): Promise<void> {
        told.push(asked.kind);
        if (asked.kind === 'drain') throw new LongshoreError('temporal_unavailable', 'Temporal does not answer');
      }
    }
    const { ledger } = api;
    const quiet = await startApi({ deps: { ledger, hostGateway: new Silent(ledger) } });
    const answer = await postJson(quiet, '/api/v1/hosts/host-1/cordon', {});
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toMatchObject({ name: 'host-1', cordoned: false });
    const away = await postJson(quiet, '/api/v1/hosts/host-1/drain', {});
    expectProblem(away, 503, 'temporal_unavailable');
    expect(away.headers.get('Retry-After')).toBe('5');
    expect(told).toEqual(['cordon', 'drain']);
    await quiet.close();
  });
});
