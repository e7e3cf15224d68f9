import { z } from 'zod';
import { jobUidSchema, roleNameSchema } from './ids.ts';

/** Which log: one per replica and attempt. */
export const logStreamRefSchema = z
  .object({
    uid: jobUidSchema,
    role: roleNameSchema,
    replica: z.number().int().min(0),
    attempt: z.number().int().min(1),
  })
  .readonly();
export type LogStreamRef = z.infer<typeof logStreamRefSchema>;

/**
 * One record of a container's log, as the engine split it. `text` are the raw bytes without the line's newline.
 * A record is partial (CRI's P) when no newline ended it: the next record of the same stream goes on in the same line.
 */
export type LogRecord = {
  /** RFC 3339 with nanoseconds, UTC. For people and for since/until; never a cursor. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly partial: boolean;
  readonly text: Uint8Array;
};
