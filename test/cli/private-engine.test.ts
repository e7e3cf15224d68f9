import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine, pingEngine } from '../../cli/provision/engine-access.ts';
import { findProgram } from '../../cli/provision/find-program.ts';
import {
  findPrivateEngine,
  privateEnginePlaces,
  startPrivateEngine,
  stopPrivateEngine,
} from '../../cli/provision/private-engine.ts';
import { dockerSocket } from '../support/environment.ts';
import { quietConsole } from '../support/quiet-console.ts';

const dockerd = process.getuid?.() === 0 ? await findProgram('dockerd', undefined) : null;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-private-'));
});
afterEach(async () => {
  await stopPrivateEngine(directory);
  rmSync(directory, { recursive: true, force: true });
});

const enginePid = (): number => {
  const record: unknown = JSON.parse(readFileSync(privateEnginePlaces(directory).record, 'utf8'));
  return typeof record === 'object' && record !== null && 'pid' in record ? Number(record.pid) : 0;
};

describe('a private engine', { timeout: 60_000 }, () => {
  it('is not found before one was started', async () => {
    expect(await findPrivateEngine(directory)).toBeNull();
  });

  // Only root can start one; other users run the suites on the engine that is there.
  if (dockerd === null) return;

  it('is started once and found again', async () => {
    const socket = await startPrivateEngine(dockerd, directory, quietConsole());
    const pid = enginePid();
    expect(await startPrivateEngine(dockerd, directory, quietConsole())).toBe(socket);
    expect(enginePid()).toBe(pid);
    expect(socket.length).toBeLessThan(108);
  });

  it('has an ID of its own, so that its host is told apart from one on another engine of this machine', async () => {
    const idOf = async (path: string): Promise<unknown> => ((await openEngine(path).info()) as { ID: unknown }).ID;
    const socket = await startPrivateEngine(dockerd, directory, quietConsole());
    const id = await idOf(socket);
    expect(id).toMatch(/.{30,}/);
    expect(id).not.toBe(await idOf(dockerSocket()));
    await stopPrivateEngine(directory);
    await startPrivateEngine(dockerd, directory, quietConsole());
    expect(await idOf(socket)).toBe(id);
  });

  it('is started again after a kill -9, and leaves nothing behind once it is stopped', async () => {
    const socket = await startPrivateEngine(dockerd, directory, quietConsole());
    process.kill(enginePid(), 'SIGKILL');
    expect(await startPrivateEngine(dockerd, directory, quietConsole())).toBe(socket);
    expect(await pingEngine(socket)).toEqual({ kind: 'answers' });
    await stopPrivateEngine(directory);
    const { dataRoot, runDir } = privateEnginePlaces(directory);
    expect(existsSync(runDir)).toBe(false);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(dataRoot);
  });
});
