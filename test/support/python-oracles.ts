import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Console } from '../../cli/provision/console.ts';
import { canInstall, installPackages } from '../../cli/provision/debian-packages.ts';
import { findProgram } from '../../cli/provision/find-program.ts';

const REQUIREMENTS = fileURLToPath(new URL('../../../test/oracles/requirements.txt', import.meta.url));
const WHY = 'docker-py and APScheduler, which define what Longshore must do, are asked by the tests';

const runs = promisify(execFile);
const attempt = async (program: string, args: readonly string[]): Promise<Error | null> => {
  try {
    await runs(program, [...args]);
    return null;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
};

const findPython = async (path: string | undefined, console: Console): Promise<string> => {
  const installed = await findProgram('python3', path);
  if (installed !== null) return installed;
  if (await canInstall()) await installPackages(['python3', 'python3-venv'], WHY, console);
  const program = await findProgram('python3', path);
  if (program !== null) return program;
  throw new Error('there is no python3: install it, or name one that has the oracles with LONGSHORE_TEST_PYTHON');
};

const PIP = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];

/** Debian keeps what puts pip into an environment apart (python3-venv); a pip that is there already does as well. */
const installWithoutVenvPackage = async (python: string, directory: string): Promise<Error | null> => {
  const bare = await attempt(python, ['-m', 'venv', '--clear', '--without-pip', directory]);
  if (bare !== null) return bare;
  const own = await runs(join(directory, 'bin/python'), [
    '-c',
    'import sysconfig; print(sysconfig.get_path("purelib"))',
  ]);
  return attempt(python, [...PIP, '--target', own.stdout.trim()]);
};

const install = async (python: string, directory: string): Promise<Error | null> => {
  const made = await attempt(python, ['-m', 'venv', '--clear', directory]);
  return made ?? attempt(join(directory, 'bin/python'), PIP);
};

/** A Python of the tests' own in `directory`, with the packages of test/oracles/requirements.txt from pip's index. */
export const installPythonOracles = async (
  path: string | undefined,
  directory: string,
  console: Console,
): Promise<string> => {
  const python = await findPython(path, console);
  let failure = await install(python, directory);
  if (failure !== null) failure = await installWithoutVenvPackage(python, directory);
  if (failure !== null && (await canInstall())) {
    await installPackages(['python3-venv'], WHY, console);
    failure = await install(python, directory);
  }
  if (failure === null) return join(directory, 'bin/python');
  throw new Error(
    `${python} could not be given what test/oracles/requirements.txt lists: install python3-venv and see that pip reaches its index, or name a Python that has it with LONGSHORE_TEST_PYTHON`,
    { cause: failure },
  );
};
