import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, startChild, type Child } from '../support/child.ts';
import { dockerSocket } from '../support/environment.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

let home: string;
let child: Child | null = null;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'longshore-alone-'));
});
afterEach(async () => {
  await child?.kill();
  await rm(home, { recursive: true });
});

/** Nobody listens on port 1. */
const startAlone = async (part: readonly string[], ledgerUrl: string | null): Promise<Child> => {
  const config = join(home, 'longshore.yaml');
  await writeFile(config, ledgerUrl === null ? '{}' : `ledger: { url: "${ledgerUrl}" }\n`);
  const env = {
    LONGSHORE_SEAL_KEY: randomBytes(32).toString('base64'),
    LONGSHORE_HOST_TOKEN: 'a-token',
    LONGSHORE_SERVER_URL: 'http://127.0.0.1:1',
    LONGSHORE_DOCKER_SOCKET: dockerSocket(),
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  return startChild(process.execPath, [MAIN, ...part, '--config', config, '--data-dir', join(home, 'data')], env);
};

const AWAY = 'postgres://u:pw@127.0.0.1:1/x';

describe('a process to which nothing else answers', { timeout: 90_000 }, () => {
  it.each([
    { part: ['api', '--port', '0'], ledgerUrl: AWAY, says: 'api listens' },
    { part: ['control'], ledgerUrl: AWAY, says: 'Temporal does not answer yet' },
    { part: ['server', '--port', '0'], ledgerUrl: null, says: 'Temporal does not answer yet' },
    { part: ['host'], ledgerUrl: null, says: '"level":40' },
  ])('ends by itself when it is told to: longshore $part', async ({ part, ledgerUrl, says }) => {
    const alone = await startAlone(part, ledgerUrl);
    child = alone;
    await eventually(says, () => (alone.output().includes(says) ? true : null), { explain: alone.output });
    alone.process.kill('SIGTERM');
    const exitCode = await eventually('its end', () => alone.process.exitCode, { explain: alone.output });
    expect(exitCode).toBe(0);
  });
});
