import { z } from 'zod';

/** The user's name for a job; it can come again once the earlier job has ended. Safe as a file name and inside a Temporal workflow id. */
export const jobIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/)
  .brand<'JobId'>();
export type JobId = z.infer<typeof jobIdSchema>;

/** A ULID minted at admission: the job's true identity in labels, logs, blobs and fencing. Never comes again. */
export const jobUidSchema = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<'JobUid'>();
export type JobUid = z.infer<typeof jobUidSchema>;

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

export const hostNameSchema = nameSchema.brand<'HostName'>();
export type HostName = z.infer<typeof hostNameSchema>;

export const poolNameSchema = nameSchema.brand<'PoolName'>();
export type PoolName = z.infer<typeof poolNameSchema>;

export const roleNameSchema = nameSchema.brand<'RoleName'>();
export type RoleName = z.infer<typeof roleNameSchema>;

/** Content address of a blob: sha256 of its bytes, in hex. */
export const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .brand<'Digest'>();
export type Digest = z.infer<typeof digestSchema>;

/**
 * The fencing number of a placement. Ordered by generation, then counter. A new generation begins when the ledger
 * turns out to be older than what a host has already seen (restored from a copy).
 */
export const epochSchema = z
  .object({ generation: z.number().int().min(1), counter: z.number().int().min(0) })
  .readonly();
export type Epoch = z.infer<typeof epochSchema>;
