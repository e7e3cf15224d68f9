import type { JobUid } from '../model/ids.ts';

/** A job in line. While `pinnedBefore` waits too, the job stands before it and goes where it goes. */
export type Standing = { readonly uid: JobUid; readonly pinnedBefore: JobUid | null };

export type MovePlan = {
  /** Where the moved job stands afterwards. */
  readonly position: number;
  /** What changes its place, in order; the moved job comes last. */
  readonly travelling: readonly JobUid[];
  /** Followers whose pin ends, because the moved job goes before them. They stay where they are. */
  readonly unpinned: readonly JobUid[];
  /** How many of those that stay in line come before the first of `travelling`; the next one is the new anchor. */
  readonly insertAt: number;
};

/**
 * A move puts a job at `position` (past the end: last) and pins it before the job that comes next. Its own pin ends
 * first. Its followers, all that is pinned before it directly or through others, go with it and stand right before it;
 * where `position` leaves too few places, those farthest from it stay behind and are its followers no more. So the job
 * always stands where it was asked to, a follower always stands before its anchor, and no pins can form a circle.
 *
 * `followers`: in the order of the queue. `waiting`: how many jobs wait, the moved one included.
 */
export function planMove(input: {
  readonly uid: JobUid;
  readonly followers: readonly Standing[];
  readonly waiting: number;
  readonly position: number;
}): MovePlan {
  const position = Math.min(input.position, input.waiting - 1);
  const stayBehind = Math.max(0, input.followers.length - position);
  const travelling = [...input.followers.slice(stayBehind).map(({ uid }) => uid), input.uid];
  const leftBy = new Set(travelling);
  const unpinned = input.followers
    .slice(0, stayBehind)
    .filter(({ pinnedBefore }) => pinnedBefore !== null && leftBy.has(pinnedBefore))
    .map(({ uid }) => uid);
  return { position, travelling, unpinned, insertAt: position - (travelling.length - 1) };
}
