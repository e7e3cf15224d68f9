import type { PrepareFailure, ReplicaEnd } from './replica-end.ts';
import type { Outcome, Reason } from '../model/job-record.ts';
import type { Exit } from '../model/replica.ts';

/** What the container's init process, and every shell, exits with when the program does not exist. */
const COMMAND_NOT_FOUND = 127;

export type AttemptEnd = ReplicaEnd | PrepareFailure;
export type AttemptContext = {
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Why the job was asked to stop; null if nobody asked. A container that ended by itself first still counts. */
  readonly cancelled: { readonly reason: Reason; readonly because: string } | null;
};
export type Verdict =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'retry'; readonly reason: Reason; readonly sentence: string };

/**
 * What the end of an attempt means for the job. The rules, first match wins:
 * 1. exit 0 is success, whoever else wanted something meanwhile;
 * 2. a job that was asked to stop is cancelled;
 * 3. what can never get better by itself (no such image, no such command, a refused mount) fails at once;
 * 4. anything else is tried again while attempts are left, then fails with the last attempt's reason.
 */
export function judgeAttempt(end: AttemptEnd, context: AttemptContext): Verdict {
  if (end.kind === 'exited' && end.exit.exitCode === 0 && end.exit.endedBy === 'itself') {
    return outcome('succeeded', 'completed', 'exited with status 0', end.exit);
  }
  const exit = end.kind === 'exited' || end.kind === 'stopped' ? end.exit : null;
  const { cancelled } = context;
  if (cancelled !== null) {
    const sentence = `${cancelled.because}${exit === null ? '' : `; ${describeExit(exit)}`}`;
    return outcome('cancelled', cancelled.reason, sentence, exit);
  }
  const { reason, sentence, lasting } = explain(end);
  if (lasting || context.attempt >= context.maxAttempts) return outcome('failed', reason, sentence, exit);
  return {
    kind: 'retry',
    reason: 'retry_scheduled',
    sentence: `attempt ${context.attempt} of ${context.maxAttempts}: ${sentence}; trying again`,
  };
}

function explain(end: AttemptEnd): { readonly reason: Reason; readonly sentence: string; readonly lasting: boolean } {
  switch (end.kind) {
    case 'exited':
      return { reason: exitReason(end.exit), sentence: describeExit(end.exit), lasting: false };
    case 'stopped':
      return {
        reason: end.exit === null ? 'internal_error' : exitReason(end.exit),
        sentence: end.exit === null ? 'stopped before it started' : describeExit(end.exit),
        lasting: false,
      };
    case 'vanished':
      return { reason: 'container_vanished', sentence: end.sentence, lasting: false };
    case 'host_destroyed':
      return { reason: 'host_lost', sentence: end.sentence, lasting: false };
    case 'start_failed':
    case 'prepare_failed':
      return { reason: end.reason, sentence: end.sentence, lasting: end.reason !== 'image_pull_failed' };
  }
}

function exitReason(exit: Exit): Reason {
  if (exit.endedBy === 'deadline') return 'deadline_exceeded';
  if (exit.endedBy === 'engine') return 'engine_lost';
  if (exit.oomKilled) return 'oom_killed';
  if (exit.signal !== null) return 'killed_by_signal';
  if (exit.exitCode === COMMAND_NOT_FOUND) return 'command_not_found';
  return exit.exitCode === 0 ? 'completed' : 'exit_nonzero';
}

/** One clause for people: "killed by SIGKILL: out of memory (status 137)". */
export function describeExit(exit: Exit): string {
  const status = `status ${exit.exitCode}`;
  if (exit.endedBy === 'deadline') return `stopped at its time limit (${status})`;
  if (exit.endedBy === 'engine') return `killed because its Docker engine died and was started again (${status})`;
  if (exit.oomKilled) return `killed by the kernel: out of memory (${status})`;
  if (exit.signal !== null) return `ended by ${exit.signal} (${status})`;
  return exit.exitCode === COMMAND_NOT_FOUND ? `exited with ${status}: command not found` : `exited with ${status}`;
}

function outcome(state: Outcome['state'], reason: Reason, sentence: string, exit: Exit | null): Verdict {
  return { kind: 'outcome', outcome: { state, reason, sentence, exit } };
}
