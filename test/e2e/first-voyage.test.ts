import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../support/bundle.ts';
import { testEngine } from '../support/engine.ts';
import { registry, testImage } from '../support/environment.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { containersOf, logOf, newId, reachesState, recordOf, submitScript } from './voyage.ts';

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack();
});
afterAll(() => stack.stop());

const get = async (path: string): Promise<unknown> => (await fetch(`${stack.apiUrl}${path}`)).json();

describe('a submitted job', () => {
  it('runs in a real container and leaves its log, its artifact and nothing else', async () => {
    const id = newId('voyage');
    const script = `wc -l < data.csv; mkdir -p $ARCHIVE_DIR/$JOB_ID/artifacts; sort -n data.csv | tail -1 > $ARCHIVE_DIR/$JOB_ID/artifacts/max.txt; printf 'no newline'`;
    await stack.client.upload(id, await bundleOf(id, { 'main.sh': script, 'data.csv': '3\n11\n7\n' }));
    await stack.client.submit(shellJob(stack, id));
    expect(await logOf(stack, id)).toBe('3\nno newline');
    const record = await stack.client.ended(id);
    expect(record).toMatchObject({ state: 'succeeded', exit: { exitCode: 0, oomKilled: false, signal: null } });
    expect(await stack.client.artifact(id, 'max.txt')).toBe('11\n');
    expect(await containersOf(stack)).toEqual([]);
    expect(await get('/completed_jobs')).toMatchObject({
      [id]: { job_id: id, logs: '3\nno newline', return_code: { Error: null, StatusCode: 0 } },
    });
  });

  it('fails with its exit code, and is told apart from one that a signal ended', async () => {
    const [code, signal] = [newId('exit'), newId('signal')];
    await submitScript(stack, code, 'exit 7');
    await submitScript(stack, signal, 'kill -9 $$', { command: ['sh', '-c', 'sh main.sh; exit $?'] });
    expect(await stack.client.ended(code)).toMatchObject({
      state: 'failed',
      reason: 'exit_nonzero',
      exit: { exitCode: 7 },
    });
    expect(await stack.client.ended(signal)).toMatchObject({ reason: 'killed_by_signal', exit: { signal: 'SIGKILL' } });
    expect(Object.keys((await get('/failed_jobs')) as object)).toEqual(expect.arrayContaining([code, signal]));
  });

  it('says so when memory ran out', async () => {
    const id = newId('oom');
    await submitScript(stack, id, 'x=a; while true; do x=$x$x; done', { mem_limit: '16m' });
    expect(await stack.client.ended(id)).toMatchObject({
      state: 'failed',
      reason: 'oom_killed',
      exit: { oomKilled: true },
    });
  });

  it('gets an image that the engine does not have from its registry', async () => {
    const image = `${registry()}/voyage/busybox:1`;
    const engine = testEngine();
    await engine.getImage(testImage()).tag({ repo: `${registry()}/voyage/busybox`, tag: '1' });
    const push = await engine.getImage(image).push({ authconfig: {} });
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(push, (error) => (error === null ? resolve() : reject(error)));
    });
    await engine.getImage(image).remove();
    const id = newId('pull');
    await submitScript(stack, id, 'echo pulled', { image });
    expect(await logOf(stack, id)).toBe('pulled\n');
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
  });

  it('fails in words when its image or its command does not exist', async () => {
    const [image, command] = [newId('no-image'), newId('no-command')];
    await submitScript(stack, image, '', { image: `${registry()}/nobody/nothing:1` });
    await submitScript(stack, command, '', { command: ['no-such-program'] });
    const noImage = await stack.client.ended(image);
    expect(noImage).toMatchObject({ state: 'failed', reason: 'image_not_found' });
    expect(noImage.sentence).toContain('nobody/nothing:1');
    const noCommand = await stack.client.ended(command);
    expect(noCommand).toMatchObject({ state: 'failed', reason: 'command_not_found' });
    expect(noCommand.sentence).toContain('command not found');
    expect(await logOf(stack, command)).toContain('no-such-program');
    expect(await containersOf(stack)).toEqual([]);
  });

  it('is tried again as often as it may be, its attempts and logs going on', async () => {
    const id = newId('retry');
    const script = `f=${stack.resultsRoot}/${id}; echo x >> $f; n=$(wc -l < $f); echo attempt $n; [ $n -ge 3 ]`;
    await stack.client.upload(id, await bundleOf(id, { 'main.sh': script }));
    await stack.client.submit({ ...shellJob(stack, id), retry: { max_attempts: 5 } });
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded', attempt: 3 });
    expect(await logOf(stack, id)).toContain('attempt 3\n');
  });

  it('keeps its environment out of Temporal, labels and logs', async () => {
    const id = newId('secret');
    const environment = { API_KEY: 'hunter2-is-secret' };
    await submitScript(stack, id, 'test "$API_KEY" = hunter2-is-secret && sleep 1', { environment });
    await reachesState(stack, id, 'running');
    const [container] = await testEngine().listContainers({ filters: { label: [`io.longshore.job=${id}`] } });
    expect(JSON.stringify(container?.Labels)).not.toContain('hunter2');
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
    const history = await stack.temporal.cli('workflow', 'show', '--workflow-id', `job:${id}`, '--output', 'json');
    expect(history).toContain(id);
    expect(Buffer.from(history).toString()).not.toContain('hunter2');
    expect(history).not.toContain(Buffer.from('hunter2-is-secret').toString('base64').slice(0, 16));
    expect(stack.server.child().output() + stack.host.child().output()).not.toContain('hunter2');
  });

  it('can be submitted again under its id once it has ended, and not while it is open', async () => {
    const id = newId('again');
    await submitScript(stack, id, 'sleep 2; echo first');
    await expect(stack.client.submit(shellJob(stack, id, { environment: { OTHER: '1' } }))).rejects.toThrow(
      `Job ${id} already exists`,
    );
    await stack.client.submit(shellJob(stack, id));
    const first = await stack.client.ended(id);
    await submitScript(stack, id, 'echo second');
    expect(await logOf(stack, id)).toBe('second\n');
    expect((await stack.client.ended(id)).uid).not.toBe(first.uid);
  });
});

describe('stopping a job', () => {
  it('from the api gives it its grace, proves it gone and records it as cancelled', async () => {
    const id = newId('cancel');
    await submitScript(stack, id, `trap 'echo asked; exit 9' TERM; echo up; while true; do sleep 0.1; done`);
    await reachesState(stack, id, 'running');
    const answer = await fetch(`${stack.apiUrl}/api/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect(answer.status).toBe(202);
    const record = await stack.client.ended(id);
    expect(record).toMatchObject({
      state: 'cancelled',
      reason: 'cancelled_by_request',
      exit: { exitCode: 9, endedBy: 'stop' },
    });
    expect(await logOf(stack, id)).toBe('up\nasked\n');
    expect(await containersOf(stack)).toEqual([]);
  });

  it("by the SDK's DELETE answers when the container is gone, even when it ignores the signal", async () => {
    const id = newId('delete');
    await submitScript(stack, id, `trap '' TERM; echo up; while true; do sleep 0.1; done`);
    await reachesState(stack, id, 'running');
    const answer = await fetch(`${stack.apiUrl}/running_jobs/${id}`, { method: 'DELETE' });
    expect(answer.status).toBe(204);
    expect(await containersOf(stack)).toEqual([]);
    expect(await recordOf(stack, id)).toMatchObject({ state: 'cancelled', exit: { signal: 'SIGKILL' } });
    expect((await fetch(`${stack.apiUrl}/running_jobs/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it("by Temporal's own cancel does the same", async () => {
    const id = newId('temporal-cancel');
    await submitScript(stack, id, `echo up; sleep 60`);
    await reachesState(stack, id, 'running');
    await stack.temporal.cli('workflow', 'cancel', '--workflow-id', `job:${id}`);
    expect(await stack.client.ended(id)).toMatchObject({ state: 'cancelled' });
    expect(await containersOf(stack)).toEqual([]);
  });
});
