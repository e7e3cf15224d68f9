import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { LongshoreError } from '../../model/error.ts';
import type { Console } from './console.ts';
import { findProgram, isExecutable } from './find-program.ts';
import { TEMPORAL_VERSION, verifyTemporal } from './temporal-version.ts';
import type { TemporalSource } from './temporal-sources.ts';

export type TemporalSearch = {
  /** The user's own word: tried alone, and an error when it does not fit. */
  readonly setting: string | null;
  readonly path: string | undefined;
  /** Holds `temporal/<version>/temporal` after a download. */
  readonly cacheDir: string;
  readonly sources: readonly TemporalSource[];
};

export const defaultCacheDir = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'longshore');

const WAY_OUT = `Install the Temporal CLI ${TEMPORAL_VERSION} (https://docs.temporal.io/cli) and name it with LONGSHORE_TEMPORAL_CLI=/path/to/temporal`;

const theSetting = async (path: string): Promise<string> => {
  const verified = await verifyTemporal(path);
  if (verified.kind === 'good') return path;
  throw new LongshoreError(
    'temporal_setting_unfit',
    `the Temporal CLI at ${path} cannot be used: ${verified.because}. ${WAY_OUT}.`,
  );
};

/** Written beside its place, run once, then renamed: a half-written or foreign binary never stands in the cache. */
const install = async (binary: Uint8Array, path: string): Promise<string | null> => {
  const draft = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(draft, binary);
    await chmod(draft, 0o755);
    const verified = await verifyTemporal(draft);
    if (verified.kind === 'unfit') return verified.because;
    await rename(draft, path);
    return null;
  } finally {
    await rm(draft, { force: true });
  }
};

const fromSources = async (
  search: TemporalSearch,
  cached: string,
  tried: string[],
  console: Console,
): Promise<string> => {
  for (const source of search.sources) {
    try {
      console.say(`Getting the Temporal CLI ${TEMPORAL_VERSION}: trying ${source.name}.`);
      const because = await install(await source.fetch(), cached);
      if (because === null) return cached;
      tried.push(`${source.name}: ${because}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tried.push(`${source.name}: ${message.trim().split('\n').slice(0, 3).join(' ')}`);
    }
  }
  throw new LongshoreError(
    'temporal_not_found',
    `no Temporal CLI was found. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n${WAY_OUT}.`,
  );
};

/** A Temporal CLI that runs: the one the user named, one on PATH, the one downloaded before, or one downloaded now. */
export const findTemporalCli = async (search: TemporalSearch, console: Console): Promise<string> => {
  if (search.setting !== null && search.setting !== '') return theSetting(search.setting);
  const tried: string[] = [];
  const onPath = await findProgram('temporal', search.path);
  const cached = join(search.cacheDir, 'temporal', TEMPORAL_VERSION, 'temporal');
  for (const path of [onPath, (await isExecutable(cached)) ? cached : null]) {
    if (path === null) continue;
    const verified = await verifyTemporal(path);
    if (verified.kind === 'good') return path;
    console.say(`Passing over the Temporal CLI at ${path}: ${verified.because}.`);
    tried.push(`${path}: ${verified.because}`);
  }
  if (onPath === null) tried.push('PATH: no "temporal" on it');
  return fromSources(search, cached, tried, console);
};
