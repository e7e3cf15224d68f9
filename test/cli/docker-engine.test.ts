import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEngine, type EngineSearch } from '../../cli/provision/docker-engine.ts';
import { dockerSocket } from '../support/environment.ts';
import { quietConsole } from '../support/quiet-console.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-engine-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const aSearch = (over: Partial<EngineSearch> = {}): EngineSearch => ({
  setting: null,
  sockets: [],
  dataDir: directory,
  path: directory,
  mayInstall: false,
  mayStart: false,
  ...over,
});

describe('finding a Docker engine', () => {
  it('takes the one the user named', async () => {
    expect(await findEngine(aSearch({ setting: `unix://${dockerSocket()}` }), quietConsole())).toBe(dockerSocket());
  });

  it('refuses a named one that does not answer, even where another one runs', async () => {
    const search = aSearch({ setting: join(directory, 'none.sock'), sockets: [dockerSocket()] });
    await expect(findEngine(search, quietConsole())).rejects.toThrow(
      /no Docker engine answers at .*none\.sock.*DOCKER_HOST/s,
    );
  });

  it('refuses an engine on another machine by name', async () => {
    await expect(findEngine(aSearch({ setting: 'tcp://10.0.0.1:2375' }), quietConsole())).rejects.toThrow(
      /"tcp:\/\/10\.0\.0\.1:2375" names no Unix socket/,
    );
  });

  it('takes the first socket that answers, past ones that do not', async () => {
    const dead = join(directory, 'dead.sock');
    writeFileSync(dead, '');
    expect(await findEngine(aSearch({ sockets: [dead, dockerSocket()] }), quietConsole())).toBe(dockerSocket());
  });

  it('says what it tried and the way out where it may neither start nor install one', async () => {
    const search = aSearch({ sockets: [join(directory, 'none.sock')] });
    await expect(findEngine(search, quietConsole())).rejects.toThrow(/none\.sock: .*ENOENT.*Start a Docker engine/s);
  });
});
