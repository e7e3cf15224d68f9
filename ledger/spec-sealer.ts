import type { Digest } from '../model/ids.ts';
import type { JobSpec } from '../model/job-spec.ts';

/** Keeps what a spec says, environment included, from whoever reads the database's files. */
export interface SpecSealer {
  /** Equal for equal specs only, and of no use to somebody without the key who guesses at its secrets. */
  digest(spec: JobSpec): Digest;
  seal(spec: JobSpec): string;
  /** Throws LongshoreError('spec_unreadable') when the body was sealed with another key or was damaged. */
  unseal(sealed: string): JobSpec;
}
