import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedOutcome } from '../../scheduling/closed-outcome.ts';
import { judgeAttempt, type AttemptContext, type AttemptEnd } from '../../scheduling/verdict.ts';
import { anExit } from './builders.ts';

const first: AttemptContext = { attempt: 1, maxAttempts: 1, cancelled: null };
const reasonOf = (end: AttemptEnd, context = first): string => {
  const verdict = judgeAttempt(end, context);
  return verdict.kind === 'outcome' ? `${verdict.outcome.state}/${verdict.outcome.reason}` : verdict.kind;
};

describe('what the end of an attempt means', () => {
  it('tells status, out of memory, a signal and the time limit apart', () => {
    expect(reasonOf({ kind: 'exited', exit: anExit() })).toBe('succeeded/completed');
    expect(reasonOf({ kind: 'exited', exit: anExit({ exitCode: 3 }) })).toBe('failed/exit_nonzero');
    expect(reasonOf({ kind: 'exited', exit: anExit({ exitCode: 127 }) })).toBe('failed/command_not_found');
    const killed = { exitCode: 137, signal: 'SIGKILL' };
    expect(reasonOf({ kind: 'exited', exit: anExit({ ...killed, oomKilled: true }) })).toBe('failed/oom_killed');
    expect(reasonOf({ kind: 'exited', exit: anExit(killed) })).toBe('failed/killed_by_signal');
    expect(reasonOf({ kind: 'exited', exit: anExit({ ...killed, endedBy: 'deadline' }) })).toBe(
      'failed/deadline_exceeded',
    );
    expect(reasonOf({ kind: 'exited', exit: anExit({ ...killed, endedBy: 'engine' }) })).toBe('failed/engine_lost');
  });

  it('tries again while attempts are left', () => {
    const end: AttemptEnd = { kind: 'exited', exit: anExit({ exitCode: 1 }) };
    expect(reasonOf(end, { ...first, maxAttempts: 2 })).toBe('retry');
    expect(reasonOf(end, { ...first, attempt: 2, maxAttempts: 2 })).toBe('failed/exit_nonzero');
  });

  it('does not try again what can never get better', () => {
    const end: AttemptEnd = { kind: 'start_failed', reason: 'command_not_found', sentence: 'no such command' };
    expect(reasonOf(end, { ...first, maxAttempts: 5 })).toBe('failed/command_not_found');
  });

  it('counts a container that finished by itself as a success even when a stop came too late', () => {
    const context = { ...first, cancelled: { reason: 'cancelled_by_request', because: 'cancelled by ann' } as const };
    expect(reasonOf({ kind: 'exited', exit: anExit() }, context)).toBe('succeeded/completed');
    expect(reasonOf({ kind: 'stopped', exit: anExit({ endedBy: 'stop' }) }, context)).toBe(
      'cancelled/cancelled_by_request',
    );
  });

  it('never retries a cancelled job and never calls anything but exit 0 a success (property)', () => {
    const exits = fc.record({
      exitCode: fc.integer({ min: 0, max: 255 }),
      oomKilled: fc.boolean(),
      endedBy: fc.constantFrom('itself' as const, 'deadline' as const, 'stop' as const, 'engine' as const),
    });
    fc.assert(
      fc.property(exits, fc.boolean(), fc.integer({ min: 1, max: 5 }), (of, cancelled, attempt) => {
        const exit = anExit(of);
        const verdict = judgeAttempt(
          { kind: 'exited', exit },
          { attempt, maxAttempts: 3, cancelled: cancelled ? { reason: 'host_drained', because: 'asked' } : null },
        );
        if (cancelled) expect(verdict.kind).toBe('outcome');
        if (verdict.kind === 'outcome' && verdict.outcome.state === 'succeeded') expect(exit.exitCode).toBe(0);
        if (verdict.kind === 'retry') expect(attempt).toBeLessThan(3);
      }),
      { numRuns: 1_000 },
    );
  });

  it('calls a job whose workflow was terminated cancelled, and one whose workflow broke failed', () => {
    expect(closedOutcome('terminated', anExit({ exitCode: 143, signal: 'SIGTERM' }))).toMatchObject({
      state: 'cancelled',
      reason: 'workflow_terminated',
    });
    expect(closedOutcome('timed out', null)).toMatchObject({ state: 'failed', reason: 'workflow_failed' });
  });
});
