import { setTimeout as sleep } from 'node:timers/promises';
import { lives, type ProcessIdentity } from '../../worker/process-identity.ts';

const POLL_MS = 25;

const gone = async (identity: ProcessIdentity, withinMs: number): Promise<boolean> => {
  const deadlineMs = performance.now() + withinMs;
  while (await lives(identity)) {
    if (performance.now() >= deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
};

const signal = (identity: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): void => {
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * SIGTERM, then after `graceMs` SIGKILL. Signals nothing but the very process named: a pid that was given to another
 * process since is left alone. Resolves when it is gone.
 */
export const endProcess = async (identity: ProcessIdentity, graceMs: number): Promise<void> => {
  if (!(await lives(identity))) return;
  signal(identity, 'SIGTERM');
  if (await gone(identity, graceMs)) return;
  signal(identity, 'SIGKILL');
  await gone(identity, 5_000);
};
