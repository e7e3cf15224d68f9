import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTwoHosts, type TestHost, type TwoHosts } from '../support/two-hosts.ts';
import { newId, openGate, reachesState, submitScript, untilOpened, witness, witnessed } from './voyage.ts';

let stack: TwoHosts;
let a: TestHost;
let b: TestHost;
beforeAll(async () => {
  stack = await startTwoHosts({ host: { slots: 2 } });
  [a, b] = stack.hosts;
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const fresh = (name: string): string => join(a.dataDir, '..', newId(name));
/** As an operator copies it, also from under a running worker. */
const copyOf = async (host: TestHost, name: string, as = host.name): Promise<string> => {
  const dataDir = fresh(name);
  await cp(join(host.dataDir, 'hosts', host.name), join(dataDir, 'hosts', as), { recursive: true });
  return dataDir;
};
const bothServe = async (): Promise<void> => {
  for (const host of [a, b]) await host.becomes('up', ({ condition, placeable }) => condition === 'up' && placeable);
};

describe('a host worker that is not the host it says it is', { timeout: 300_000 }, () => {
  it('is refused in words, and what the real host runs is not touched', async () => {
    const ids = [newId('witnessed'), newId('witnessed')];
    for (const id of ids) await submitScript(stack, id, witness(stack, id) + untilOpened(stack, 'first'));
    for (const id of ids) await reachesState(stack, id, 'running');

    const [namesake, swapped, copied, copiedHere, renamed, sameEngine] = await Promise.all([
      stack.runUntilEnd({ name: a.name, dataDir: fresh('namesake'), socketPath: b.socketPath }),
      (async () => {
        const dataDir = await copyOf(a, 'other-engine');
        return stack.runUntilEnd({ name: a.name, dataDir, socketPath: b.socketPath });
      })(),
      (async () => {
        const dataDir = await copyOf(a, 'renamed-there', `${a.name}-2`);
        return stack.runUntilEnd({ name: `${a.name}-2`, dataDir, socketPath: b.socketPath });
      })(),
      (async () => {
        const dataDir = await copyOf(a, 'same-engine');
        return stack.runUntilEnd({ name: a.name, dataDir, socketPath: a.socketPath });
      })(),
      stack.runUntilEnd({ name: a.name, dataDir: a.dataDir, socketPath: a.socketPath }),
      stack.runUntilEnd({ name: `${a.name}-3`, dataDir: fresh('third'), socketPath: a.socketPath }),
    ]);
    expect(namesake).toContain(`another host goes by the name ${a.name} and is up`);
    for (const said of [swapped, copied, copiedHere])
      expect(said).toMatch(/is a copy of the data directory that process/);
    expect(renamed).toContain('is in use: another process owns its host');
    expect(sameEngine).toMatch(/its Docker engine .* is host .*'s already\. One engine serves one host/);

    await bothServe();
    await openGate(stack, 'first');
    for (const id of ids) {
      expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(await witnessed(stack, id)).toHaveLength(1);
    }
  });

  it('is refused with another engine or with an old copy, also when the real host is away', async () => {
    const id = newId('held');
    await b.order('cordon');
    await submitScript(stack, id, witness(stack, id) + untilOpened(stack, 'second'));
    await reachesState(stack, id, 'running');
    await b.order('uncordon');
    const copy = await copyOf(a, 'older');
    await a.worker.kill();
    // It comes back once, so that the copy knows nothing of the real host's last start.
    await a.worker.start();
    await a.worker.kill();
    const other = await copyOf(a, 'renamed', `${a.name}-4`);
    const [older, elsewhere, namesake, renamed] = await Promise.all([
      stack.runUntilEnd({ name: a.name, dataDir: copy, socketPath: a.socketPath }),
      stack.runUntilEnd({ name: a.name, dataDir: a.dataDir, socketPath: b.socketPath }),
      stack.runUntilEnd({ name: a.name, dataDir: fresh('memoryless'), socketPath: a.socketPath }),
      stack.runUntilEnd({ name: `${a.name}-4`, dataDir: other, socketPath: b.socketPath }),
    ]);
    expect(renamed).toContain(`its data directory is a copy of host ${a.name}'s`);
    expect(older).toContain(`its data directory is an older copy of host ${a.name}'s`);
    expect(elsewhere).toMatch(/is known with Docker engine .*, and 1 replica\(s\) placed there are not accounted for/);
    expect(namesake).toContain(`another host goes by the name ${a.name}`);
    await a.worker.start();
    await bothServe();
    await openGate(stack, 'second');
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await witnessed(stack, id)).toHaveLength(1);
  });
});
