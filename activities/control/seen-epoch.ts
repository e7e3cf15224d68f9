import { z } from 'zod';
import { epochSchema, type Epoch } from '../../model/ids.ts';

const beatSchema = z.object({ highestEpoch: epochSchema });

/** What the last planner said in its last beat that it had given; null when there was none. Temporal outlives the ledger. */
export const epochIn = (beat: unknown): Epoch | null => {
  const parsed = beatSchema.safeParse(beat);
  return parsed.success ? parsed.data.highestEpoch : null;
};
