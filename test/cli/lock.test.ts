import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endProcess } from '../../cli/processes/end.ts';
import { identify, lives } from '../../worker/process-identity.ts';
import { takeLock } from '../../cli/processes/lock.ts';
import { startChild } from '../support/child.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sleeper = () => startChild(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);

describe('a process by pid and start', () => {
  it('lives until it is ended', async () => {
    const child = await sleeper();
    const identity = await identify(child.pid);
    expect(identity).not.toBeNull();
    if (identity === null) return;
    expect(await lives(identity)).toBe(true);
    await endProcess(identity, 5_000);
    expect(await lives(identity)).toBe(false);
    expect(await child.ended()).toBe(-1);
  });

  it('leaves a process alone that only has the same pid', async () => {
    const child = await sleeper();
    await endProcess({ pid: child.pid, startedAt: 'another time' }, 1_000);
    expect(await identify(child.pid)).not.toBeNull();
    await child.kill();
  });

  it('is killed when it does not heed SIGTERM', async () => {
    const child = await startChild(process.execPath, [
      '-e',
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf')",
    ]);
    await new Promise((resolve) => child.process.stdout?.once('data', resolve));
    const identity = await identify(child.pid);
    if (identity === null) throw new Error('it is not there');
    await endProcess(identity, 200);
    expect(await lives(identity)).toBe(false);
  });
});

describe('a lock file', () => {
  it('is held while its taker lives and free once released', async () => {
    const path = join(directory, 'lock');
    const first = await takeLock(path);
    expect(first.kind).toBe('taken');
    expect(await takeLock(path)).toEqual({ kind: 'held', by: await identify(process.pid) });
    if (first.kind === 'taken') first.release();
    expect((await takeLock(path)).kind).toBe('taken');
  });

  it('left by a killed process is taken', async () => {
    const path = join(directory, 'lock');
    const child = await sleeper();
    writeFileSync(path, JSON.stringify(await identify(child.pid)));
    expect((await takeLock(path)).kind).toBe('held');
    await child.kill();
    expect((await takeLock(path)).kind).toBe('taken');
  });

  it('goes to one of many that find it left behind', async () => {
    const path = join(directory, 'lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    const results = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));
    expect(results.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
  });
});
