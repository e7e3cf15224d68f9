import { readdir, readFile } from 'node:fs/promises';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

const histories = new URL('../../../test/replay/histories/', import.meta.url);
const bundle = new URL('../../workflow-bundle.js', import.meta.url);
const recorded = (await readdir(histories, { recursive: true })).filter((name) => name.endsWith('.json'));

/** A job may be days old when the code under it changes: what ran under an older release must replay under this one. */
describe('recorded histories of every release', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('are there', () => {
    expect(recorded.length).toBeGreaterThan(0);
  });

  it.each(recorded)('%s replays', async (name) => {
    const history: unknown = JSON.parse(await readFile(new URL(name, histories), 'utf8'));
    const workflowBundle = { code: await readFile(bundle, 'utf8') };
    await expect(Worker.runReplayHistory({ workflowBundle }, history, 'replayed')).resolves.toBeUndefined();
  });

  it.each([
    ['job-succeeds', 'prepare'],
    ['host-heard-lost-returned-drained-removed', 'hostSession'],
    ['dispatcher-goes-on-anew', 'dispatch'],
  ])('are noticed when the code would do something else (%s)', async (name, activity) => {
    const found = recorded.find((path) => path.endsWith(`/${name}.json`));
    const text = await readFile(new URL(found ?? '', histories), 'utf8');
    const workflowBundle = { code: await readFile(bundle, 'utf8') };
    const changed: unknown = JSON.parse(text.replaceAll(`"${activity}"`, '"somethingElse"'));
    await expect(Worker.runReplayHistory({ workflowBundle }, changed, 'replayed')).rejects.toThrow();
  });
});
