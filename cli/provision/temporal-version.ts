import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The version that is downloaded, and the oldest that is used when the system has its own. */
export const TEMPORAL_VERSION = '1.9.1';
const OLDEST = [1, 9] as const;

export type Verified =
  { readonly kind: 'good'; readonly version: string } | { readonly kind: 'unfit'; readonly because: string };

const runFile = promisify(execFile);

/** Runs `<path> --version`: a file that is there proves nothing about a binary that was made for another machine. */
export const verifyTemporal = async (path: string): Promise<Verified> => {
  let said: string;
  try {
    said = (await runFile(path, ['--version'], { timeout: 15_000 })).stdout;
  } catch (error) {
    return {
      kind: 'unfit',
      because: `it does not run (${error instanceof Error ? error.message.trim() : String(error)})`,
    };
  }
  const matched = /version v?((\d+)\.(\d+)\.\d+\S*)/.exec(said);
  if (matched === null)
    return { kind: 'unfit', because: `it does not say its version ("${said.trim().slice(0, 80)}")` };
  const [, version = '', major, minor] = matched;
  const oldEnough = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
  return oldEnough
    ? { kind: 'good', version }
    : { kind: 'unfit', because: `it is version ${version}; ${OLDEST.join('.')} or later is needed` };
};
