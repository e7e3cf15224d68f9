import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { LongshoreError } from '../../model/error.ts';
import type { Console } from './console.ts';

export const isDebianFamily = async (): Promise<boolean> => {
  try {
    return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(await readFile('/etc/os-release', 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
};

export const canInstall = async (): Promise<boolean> => process.getuid?.() === 0 && (await isDebianFamily());

const TAIL_CHARACTERS = 2_000;

const apt = (args: readonly string[]): Promise<{ readonly exitCode: number; readonly tail: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn('apt-get', [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    let tail = '';
    const keep = (chunk: Buffer): void => {
      tail = (tail + chunk.toString()).slice(-TAIL_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, tail }));
  });

/**
 * Installs packages from the system's own Debian sources, after saying what and why and asking. Throws
 * `install_declined` or `install_failed`; callers check `canInstall` first.
 */
export const installPackages = async (packages: readonly string[], why: string, console: Console): Promise<void> => {
  const names = packages.join(' ');
  console.say(
    `Longshore needs ${names}: ${why}. It comes from this system's Debian packages (apt-get install ${names}).`,
  );
  if (!(await console.consent(`Install ${names} now?`))) {
    throw new LongshoreError('install_declined', `${names} was not installed; install it yourself and run this again`);
  }
  const update = await apt(['update']);
  const install = await apt(['install', '-y', '--no-install-recommends', ...packages]);
  if (install.exitCode !== 0) {
    const said = update.exitCode === 0 ? install.tail : `${update.tail}\n${install.tail}`;
    throw new LongshoreError(
      'install_failed',
      `apt-get install ${names} ended with ${install.exitCode}; its last words:\n${said.trim()}`,
    );
  }
  console.say(`Installed ${names}.`);
};
