import { z } from 'zod';
import { epochSchema, type Epoch } from '../../model/ids.ts';

const beatSchema = z.object({ highestEpoch: epochSchema, lookedIn: z.number().int().nullable().default(null) });

/** What a planner says with each beat, for the next one: Temporal outlives the ledger. */
export type PlannerBeat = {
  readonly token: number;
  /** The highest epoch that it or an earlier one had given. */
  readonly highestEpoch: Epoch;
  /** The generation in which all of the pool's jobs were last compared with Temporal; null: not yet. */
  readonly lookedIn: number | null;
};

/** What the last planner said in its last beat; null when there was none. */
export const lastBeat = (beat: unknown): Pick<PlannerBeat, 'highestEpoch' | 'lookedIn'> | null => {
  const parsed = beatSchema.safeParse(beat);
  return parsed.success ? parsed.data : null;
};
