import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../model/error.ts';
import { endProcess } from '../processes/end.ts';
import { identify, type ProcessIdentity } from '../../worker/process-identity.ts';
import { nextWaitMs } from './backoff.ts';
import type { ChildrenFile } from './children-file.ts';
import { followOutput, type PartLog, type PartName } from './part-log.ts';

/** One part of Longshore as a child process: how it is started and how one sees that it serves. */
export type Part = {
  readonly name: PartName;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked until it says yes; 'announced' when the process itself says so, over the channel that Node gives it. */
  readonly ready: 'announced' | (() => Promise<boolean>);
  /** What it says while it is being stopped is noise: Temporal warns of every poll that its own end cuts off. */
  readonly mutedStop: boolean;
};

export interface SupervisedPart {
  /** Resolves when it serves, or `abort` fires. Rejects when it keeps ending before it ever did, or takes too long. */
  ready(abort: AbortSignal): Promise<void>;
  /** SIGTERM, ten seconds, SIGKILL; never started again. Resolves when it is gone. */
  stop(): Promise<void>;
}

const READY_MS = 90_000;
const READY_POLL_MS = 50;
/** A part that ends this often before it ever served will not serve: its own words say why. */
const HOPELESS_ENDS = 4;
const GRACE_MS = 10_000;

type Deps = { readonly log: PartLog; readonly children: ChildrenFile };

/** Starts the part and keeps it running until `stop`. */
export const supervisePart = (part: Part, { log, children }: Deps): SupervisedPart => {
  let identity: ProcessIdentity | null = null;
  let ends = 0;
  let serves = false;
  let announced = false;
  const stopping = new AbortController();

  const say = (line: string): void => {
    if (!(part.mutedStop && stopping.signal.aborted)) log.say(part.name, line);
  };

  /** One life of the part: resolves with how it ended. A program that cannot be started has ended, too. */
  const liveOnce = async (): Promise<string> => {
    // A process group of its own: Ctrl-C must reach the supervisor alone, which stops the parts in order.
    const child = spawn(part.command, [...part.args], {
      stdio: part.ready === 'announced' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
      env: { ...part.env },
      detached: true,
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    child.on('message', () => {
      announced = true;
    });
    for (const output of [child.stdout, child.stderr]) {
      if (output !== null) followOutput(output, say);
    }
    identity = child.pid === undefined ? null : await identify(child.pid);
    if (identity !== null) children.put(part.name, identity, [part.command, ...part.args].join(' '));
    return ended;
  };

  const live = async (): Promise<void> => {
    let waitMs = 0;
    while (!stopping.signal.aborted) {
      const bornMs = performance.now();
      const how = await liveOnce();
      ends += 1;
      if (stopping.signal.aborted) return;
      waitMs = nextWaitMs(waitMs, performance.now() - bornMs);
      log.say('longshore', `${part.name} ended (${how}); starting it again in ${waitMs / 1000} s`);
      await sleep(waitMs, null, { signal: stopping.signal }).catch(() => null);
    }
  };
  const life = live();

  return {
    ready: async (abort) => {
      const deadlineMs = performance.now() + READY_MS;
      const ask = part.ready === 'announced' ? async () => announced : part.ready;
      while (!(await ask())) {
        if (stopping.signal.aborted || abort.aborted) return;
        if (!serves && ends >= HOPELESS_ENDS) {
          throw new LongshoreError(
            'part_failed',
            `${part.name} ended ${ends} times before it served; its last lines above say why`,
          );
        }
        if (performance.now() > deadlineMs) {
          throw new LongshoreError(
            'part_not_ready',
            `${part.name} was started but did not answer within ${READY_MS / 1000} s`,
          );
        }
        await sleep(READY_POLL_MS);
      }
      serves = true;
    },
    stop: async () => {
      stopping.abort();
      if (identity !== null) await endProcess(identity, GRACE_MS);
      await life;
    },
  };
};
