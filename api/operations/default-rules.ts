import type { ScheduleRules } from '../../model/schedule.ts';

/** One run open, queued ones included, and one waiting at most; up to ten minutes late. */
export const DEFAULT_RULES: ScheduleRules = { overlap: 'buffer_one', catchUpMs: 600_000, jitterMs: 0 };
