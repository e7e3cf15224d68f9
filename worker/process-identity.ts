import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * A process named so that it cannot be mistaken for a later one: pids come again, a pid together with its start does
 * not. `startedAt` is opaque: compare it, never read it.
 */
export type ProcessIdentity = { readonly pid: number; readonly startedAt: string };

const runFile = promisify(execFile);
const absent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');

/** Clock ticks since boot, and which boot: after a reboot the same pid and ticks can come again. */
const linuxStart = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in parentheses and may itself hold spaces and parentheses, so count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticks === undefined) return null;
    return `${ticks}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
  } catch (error) {
    if (absent(error)) return null;
    throw error;
  }
};

const psStart = async (pid: number): Promise<string | null> => {
  try {
    const { stdout } = await runFile('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: { LC_ALL: 'C' } });
    const [state = '', ...started] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? null : started.join(' ');
  } catch (error) {
    // ps ends with 1 and says nothing when there is no such process.
    if (error instanceof Error && 'code' in error && error.code === 1) return null;
    throw error;
  }
};

/** Null: no such process, or one that is dead and only waits for its parent to notice. */
export const identify = async (pid: number): Promise<ProcessIdentity | null> => {
  const startedAt = process.platform === 'linux' ? linuxStart(pid) : await psStart(pid);
  return startedAt === null ? null : { pid, startedAt };
};

export const lives = async (identity: ProcessIdentity): Promise<boolean> =>
  (await identify(identity.pid))?.startedAt === identity.startedAt;
