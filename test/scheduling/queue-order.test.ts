import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobUidSchema, type JobUid } from '../../model/ids.ts';
import { planMove, type Standing } from '../../scheduling/queue-order.ts';

const uidOf = (index: number): JobUid => jobUidSchema.parse(String(index).padStart(26, '0'));
/** A line in which every pin leads to a job further behind. */
const lines = fc
  .array(fc.option(fc.nat({ max: 5 })), { minLength: 1, maxLength: 20 })
  .map((pins): readonly Standing[] =>
    pins.map((ahead, index) => {
      const anchor = ahead === null ? pins.length : index + 1 + ahead;
      return { uid: uidOf(index), pinnedBefore: anchor < pins.length ? uidOf(anchor) : null };
    }),
  );
const leadsTo = (line: readonly Standing[], from: Standing, uid: JobUid): boolean => {
  for (let pin = from.pinnedBefore; pin !== null;) {
    if (pin === uid) return true;
    const anchor = pin;
    pin = line.find((job) => job.uid === anchor)?.pinnedBefore ?? null;
  }
  return false;
};
const move = (line: readonly Standing[], from: number, to: number) => {
  const uid = uidOf(from % line.length);
  const followers = line.filter((job) => leadsTo(line, job, uid));
  const plan = planMove({ uid, followers, waiting: line.length, position: to });
  const staying = line.filter((job) => !plan.travelling.includes(job.uid));
  const anchor = staying[plan.insertAt]?.uid ?? null;
  const jobs = plan.travelling.flatMap((travelling) => line.filter((job) => job.uid === travelling));
  const after = [...staying.slice(0, plan.insertAt), ...jobs, ...staying.slice(plan.insertAt)].map((job) => {
    if (job.uid === uid) return { ...job, pinnedBefore: anchor };
    return plan.unpinned.includes(job.uid) ? { ...job, pinnedBefore: null } : job;
  });
  return { uid, followers, plan, staying, after };
};
const moves = [lines, fc.nat(), fc.nat({ max: 25 })] as const;

describe('a move', () => {
  it('puts the job exactly where it was asked to, or last', () => {
    fc.assert(
      fc.property(...moves, (line, from, to) => {
        const { uid, plan, after } = move(line, from, to);
        expect(after.findIndex((job) => job.uid === uid)).toBe(Math.min(to, line.length - 1));
        expect(plan.position).toBe(Math.min(to, line.length - 1));
      }),
    );
  });

  it('loses and doubles nobody, and leaves the others in their order', () => {
    fc.assert(
      fc.property(...moves, (line, from, to) => {
        const { staying, plan, after } = move(line, from, to);
        expect(after.map((job) => job.uid).toSorted()).toEqual(line.map((job) => job.uid));
        const still = after.filter((job) => !plan.travelling.includes(job.uid)).map((job) => job.uid);
        expect(still).toEqual(staying.map((job) => job.uid));
      }),
    );
  });

  it('leaves every follower before its anchor, so that no pins form a circle', () => {
    fc.assert(
      fc.property(...moves, (line, from, to) => {
        const { after } = move(line, from, to);
        for (const [index, job] of after.entries()) {
          if (job.pinnedBefore === null) continue;
          expect(after.findIndex((other) => other.uid === job.pinnedBefore)).toBeGreaterThan(index);
        }
      }),
    );
  });

  it('takes all followers along when there is room for them', () => {
    fc.assert(
      fc.property(...moves, (line, from, to) => {
        const { uid, followers, plan } = move(line, from, to);
        fc.pre(plan.position >= followers.length);
        expect(plan.travelling).toEqual([...followers.map((job) => job.uid), uid]);
        expect(plan.unpinned).toEqual([]);
      }),
    );
  });
});
