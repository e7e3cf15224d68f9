import type { HostStanding, HostState } from '../model/host.ts';

/**
 * A host as its workflow judges it:
 *
 *             hello              session ended            lostAfter over
 *   suspect ---------> up ------------------> suspect ------------------> lost
 *      ^                ^                        |                          |
 *      '- first seen    '------------- hello ----'------------ hello -------'
 *
 *   any ------ removed ------> removed, which nothing leaves.
 *
 * `cordoned` and `drain` are facts beside it: neither changes the condition, and no hello changes them. Only the end of
 * the session that said the last hello counts; what comes from an older one is ignored.
 */
export type HostEvent =
  | { readonly kind: 'hello'; readonly session: string; readonly lostAfterMs: number; readonly atMs: number }
  | { readonly kind: 'session_ended'; readonly session: string; readonly atMs: number }
  | { readonly kind: 'clock'; readonly atMs: number }
  | { readonly kind: 'cordoned' }
  | { readonly kind: 'uncordoned' }
  | { readonly kind: 'draining'; readonly deadlineMs: number | null }
  | { readonly kind: 'removed'; readonly atMs: number };

const REMEMBERED_SESSIONS = 20;

/** Of a host that nobody has heard yet: it has `lostAfterMs` to say hello. */
export const unheardHost = (
  facts: Pick<HostState, 'lostAfterMs' | 'cordoned' | 'drain'>,
  sinceMs: number,
): HostState => ({ ...facts, condition: { kind: 'suspect', sinceMs }, pastSessions: [] });

export const isStraggler = (state: HostState, session: string): boolean => state.pastSessions.includes(session);

export function stepHost(state: HostState, event: HostEvent): HostState {
  const { condition } = state;
  if (condition.kind === 'removed') return state;
  switch (event.kind) {
    case 'hello': {
      const { session, lostAfterMs, atMs } = event;
      if (isStraggler(state, session) || (condition.kind === 'up' && condition.session === session)) return state;
      return { ...withoutSession(state), lostAfterMs, condition: { kind: 'up', session, sinceMs: atMs } };
    }
    case 'session_ended':
      if (condition.kind !== 'up' || condition.session !== event.session) return state;
      return { ...withoutSession(state), condition: { kind: 'suspect', sinceMs: event.atMs } };
    case 'clock':
      return atClock(state, event.atMs);
    case 'cordoned':
      return { ...state, cordoned: true };
    case 'uncordoned':
      return { ...state, cordoned: false, drain: null };
    case 'draining':
      return { ...state, drain: { deadlineMs: event.deadlineMs, isOver: false } };
    case 'removed':
      return { ...withoutSession(state), condition: { kind: 'removed', sinceMs: event.atMs } };
  }
}

/** When the clock alone changes something next; null = never. */
export function nextWakeMs({ condition, drain, lostAfterMs }: HostState): number | null {
  if (condition.kind === 'removed') return null;
  const wakes = [
    ...(condition.kind === 'suspect' ? [condition.sinceMs + lostAfterMs] : []),
    ...(drain !== null && !drain.isOver && drain.deadlineMs !== null ? [drain.deadlineMs] : []),
  ];
  return wakes.length === 0 ? null : Math.min(...wakes);
}

/** What the ledger keeps of it. */
export const standingOf = ({ condition, cordoned, drain }: HostState): HostStanding => ({
  condition: condition.kind,
  sinceMs: condition.sinceMs,
  cordoned,
  drain: drain === null ? null : { deadlineMs: drain.deadlineMs },
});

function atClock(state: HostState, atMs: number): HostState {
  const { condition, drain, lostAfterMs } = state;
  const isLost = condition.kind === 'suspect' && atMs >= condition.sinceMs + lostAfterMs;
  const isOver = drain !== null && drain.deadlineMs !== null && atMs >= drain.deadlineMs;
  if (!isLost && !(isOver && !drain.isOver)) return state;
  return {
    ...state,
    condition: isLost ? { kind: 'lost', sinceMs: atMs } : condition,
    drain: isOver ? { ...drain, isOver } : drain,
  };
}

function withoutSession(state: HostState): HostState {
  if (state.condition.kind !== 'up') return state;
  return { ...state, pastSessions: [...state.pastSessions, state.condition.session].slice(-REMEMBERED_SESSIONS) };
}
