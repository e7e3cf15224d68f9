import { LongshoreError } from '../../model/error.ts';
import { endProcess } from '../processes/end.ts';
import { lives } from '../../worker/process-identity.ts';
import { takeLock } from '../processes/lock.ts';
import type { ChildrenFile } from './children-file.ts';
import type { PartLog } from './part-log.ts';

const GRACE_MS = 10_000;
const STOP_ORDER = ['host', 'server', 'temporal'] as const;

/** Makes this process the data directory's only supervisor; answers how to give that up. */
export const becomeSupervisor = async (lockFile: string, dataDir: string): Promise<() => void> => {
  const lock = await takeLock(lockFile);
  if (lock.kind === 'taken') return lock.release;
  throw new LongshoreError(
    'already_up',
    `Longshore is already up on ${dataDir} (process ${lock.by.pid}); stop that one, or use another directory with --data-dir`,
  );
};

/** Ends what a killed predecessor left running. Containers are not its children and go on. */
export const endLeftChildren = async (children: ChildrenFile, log: PartLog): Promise<void> => {
  const left = children.read();
  for (const part of STOP_ORDER) {
    for (const child of left.filter((one) => one.part === part)) {
      if (!(await lives(child))) continue;
      log.say('longshore', `ending ${part} (process ${child.pid}), left by a longshore that was killed`);
      await endProcess(child, GRACE_MS);
    }
  }
  children.clear();
};
