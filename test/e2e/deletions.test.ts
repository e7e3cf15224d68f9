import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/child.ts';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import { newId, submitScript } from './voyage.ts';

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack();
});
afterAll(() => stack.stop());

const archive = (id: string): string => join(stack.resultsRoot, 'archive', id);
const makes = `echo printed; mkdir -p $ARCHIVE_DIR/$JOB_ID/artifacts; echo $JOB_ID > $ARCHIVE_DIR/$JOB_ID/artifacts/own`;
const ended = async (name: string): Promise<string> => {
  const id = newId(name);
  await submitScript(stack, id, makes);
  expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
  return id;
};
const filesOf = async (): Promise<readonly string[]> => [
  ...(await readdir(join(stack.dataDir, 'logs'))),
  ...(await readdir(join(stack.dataDir, 'blobs'))).filter((name) => name !== 'drafts'),
];
const remove = async (id: string): Promise<number> =>
  (await fetch(`${stack.apiUrl}/completed_jobs/${id}`, { method: 'DELETE' })).status;

describe('a deleted job', () => {
  it('leaves nothing: no answer, no log, no blob, no folder on its host, also when that was away', async () => {
    const [now, away, stays] = [await ended('now'), await ended('away'), await ended('stays')];
    const files = await filesOf();
    expect(await remove(now)).toBe(204);
    expect((await fetch(`${stack.apiUrl}/jobs/${now}`)).status).toBe(404);
    await eventually('its folder is gone', () => (existsSync(archive(now)) ? null : true));
    await stack.host.kill();
    expect(await remove(away)).toBe(204);
    await eventually('logs and blobs of both are gone', async () =>
      (await filesOf()).length === files.length / 3 ? true : null,
    );
    expect(existsSync(archive(away))).toBe(true);
    await stack.host.start();
    await eventually('its host has removed its folder', () => (existsSync(archive(away)) ? null : true), {
      withinMs: 60_000,
    });
    expect(await stack.client.artifact(stays, 'own')).toBe(`${stays}\n`);
    expect(existsSync(archive(stays))).toBe(true);
  });
});
