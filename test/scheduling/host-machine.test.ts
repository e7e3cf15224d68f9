import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostState } from '../../model/host.ts';
import { nextWakeMs, standingOf, stepHost, unheardHost, type HostEvent } from '../../scheduling/host-machine.ts';

const LOST_AFTER_MS = 1_000;
const unheard = unheardHost({ lostAfterMs: LOST_AFTER_MS, cordoned: false, drain: null }, 0);
const after = (...events: HostEvent[]): HostState => events.reduce(stepHost, unheard);
const hello = (session: string, atMs = 0): HostEvent => ({ kind: 'hello', session, lostAfterMs: LOST_AFTER_MS, atMs });
const ended = (session: string, atMs = 0): HostEvent => ({ kind: 'session_ended', session, atMs });
const clock = (atMs: number): HostEvent => ({ kind: 'clock', atMs });

describe('a host', () => {
  it('is up from its hello until its session ends, then suspect, then lost', () => {
    expect(after(hello('a')).condition.kind).toBe('up');
    const suspect = after(hello('a'), ended('a', 500));
    expect(suspect.condition).toEqual({ kind: 'suspect', sinceMs: 500 });
    expect(nextWakeMs(suspect)).toBe(1_500);
    expect(stepHost(suspect, clock(1_499)).condition.kind).toBe('suspect');
    expect(stepHost(suspect, clock(1_500)).condition).toEqual({ kind: 'lost', sinceMs: 1_500 });
  });

  it('is up again whatever it was, when it says hello under a new session', () => {
    expect(after(hello('a'), ended('a'), clock(9_000), hello('b', 9_500)).condition).toEqual({
      kind: 'up',
      session: 'b',
      sinceMs: 9_500,
    });
  });

  it('ignores the end and the hello of a session older than the last hello', () => {
    const up = after(hello('a'), hello('b'));
    expect(stepHost(up, ended('a'))).toBe(up);
    expect(stepHost(up, hello('a'))).toBe(up);
    expect(stepHost(up, hello('b'))).toBe(up);
  });

  it('is drained until its deadline once, and not any more after uncordon', () => {
    const drained = after(hello('a'), { kind: 'draining', deadlineMs: 50 });
    expect(nextWakeMs(drained)).toBe(50);
    const over = stepHost(drained, clock(50));
    expect(over.drain).toEqual({ deadlineMs: 50, isOver: true });
    expect(nextWakeMs(over)).toBeNull();
    expect(stepHost(over, clock(60))).toBe(over);
    expect(stepHost(over, { kind: 'uncordoned' }).drain).toBeNull();
  });

  const session = fc.constantFrom('a', 'b', 'c', 'd');
  const atMs = fc.integer({ min: 0, max: 5_000 });
  const event: fc.Arbitrary<HostEvent> = fc.oneof(
    fc.record({ kind: fc.constant('hello' as const), session, lostAfterMs: fc.constant(LOST_AFTER_MS), atMs }),
    fc.record({ kind: fc.constant('session_ended' as const), session, atMs }),
    fc.record({ kind: fc.constant('clock' as const), atMs }),
    fc.constant<HostEvent>({ kind: 'cordoned' }),
    fc.constant<HostEvent>({ kind: 'uncordoned' }),
    fc.record({ kind: fc.constant('draining' as const), deadlineMs: fc.option(atMs) }),
    fc.record({ kind: fc.constant('removed' as const), atMs }),
  );

  it('is up only by a hello, and only with a session that has not ended (property)', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let state = unheard;
        for (const one of events) {
          const before = state;
          state = stepHost(before, one);
          if (state.condition.kind === 'up' && before.condition.kind !== 'up') expect(one.kind).toBe('hello');
          if (state.condition.kind === 'up') expect(state.pastSessions).not.toContain(state.condition.session);
          if (before.condition.kind === 'removed') expect(state).toBe(before);
          if (one.kind === 'hello' || one.kind === 'session_ended') {
            expect([state.cordoned, state.drain]).toEqual([before.cordoned, before.drain]);
          }
          if (one.kind === 'cordoned' || one.kind === 'uncordoned' || one.kind === 'draining') {
            expect(state.condition).toEqual(before.condition);
          }
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('comes to rest when nothing but time passes, and every wake changes something (property)', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        let state = events.reduce(stepHost, unheard);
        for (let wakes = 0; ; wakes += 1) {
          const wakeMs = nextWakeMs(state);
          if (wakeMs === null) break;
          const next = stepHost(state, clock(wakeMs));
          expect(next).not.toBe(state);
          expect(wakes).toBeLessThan(3);
          state = next;
        }
        expect(['up', 'lost', 'removed']).toContain(standingOf(state).condition);
      }),
      { numRuns: 1_000 },
    );
  });
});
