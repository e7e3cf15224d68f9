import { z } from 'zod';

/** What happens to a run that is due while an earlier one of its schedule is open, queued ones included. */
export const overlapPolicySchema = z.enum([
  'skip',
  /** Waits for the earlier one; one waits at most, the others are skipped. */
  'buffer_one',
  'buffer_all',
  'cancel_other',
  'terminate_other',
  'allow_all',
]);
export type OverlapPolicy = z.infer<typeof overlapPolicySchema>;

/** How a schedule's runs are started, apart from when. */
export type ScheduleRules = {
  readonly overlap: OverlapPolicy;
  /** A run that could not be started in time is started this much late at most, then it is missed. */
  readonly catchUpMs: number;
  /** Each run begins up to this much later than due, always the same for the same time. */
  readonly jitterMs: number;
};
