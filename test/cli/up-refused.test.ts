import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../cli/provision/find-program.ts';
import { leaveEngine } from '../../cli/provision/leave-engine.ts';
import { pingEngine } from '../../cli/provision/engine-access.ts';
import { startPrivateEngine, stopPrivateEngine } from '../../cli/provision/private-engine.ts';
import { startChild } from '../support/child.ts';
import { dockerSocket } from '../support/environment.ts';
import { quietConsole } from '../support/quiet-console.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const dockerd = process.getuid?.() === 0 ? await findProgram('dockerd', undefined) : null;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'longshore-refused-'));
});
afterEach(async () => {
  await stopPrivateEngine(home);
  rmSync(home, { recursive: true, force: true });
});

describe('longshore up', { timeout: 60_000 }, () => {
  it('refuses an open bind once, before anything is started or written', async () => {
    const up = await startChild(process.execPath, [MAIN, 'up', '--data-dir', home, '--host', '0.0.0.0', '--port', '0']);
    expect(await up.ended()).toBe(1);
    expect(up.output().match(/would listen on 0\.0\.0\.0/g)).toHaveLength(1);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('an engine that a failed start leaves', { timeout: 60_000 }, () => {
  it("goes on where it is not the data directory's own", async () => {
    await leaveEngine(home, dockerSocket(), () => undefined);
    expect(await pingEngine(dockerSocket())).toEqual({ kind: 'answers' });
  });

  // Only root can start one.
  if (dockerd === null) return;

  it('is ended where it is its own and nothing runs on it', async () => {
    const socket = await startPrivateEngine(dockerd, home, quietConsole());
    await leaveEngine(home, socket, () => undefined);
    expect(await pingEngine(socket)).toMatchObject({ kind: 'silent' });
  });
});
