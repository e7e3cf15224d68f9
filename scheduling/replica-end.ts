import type { Reason } from '../model/job-record.ts';
import type { Exit } from '../model/replica.ts';

/** How a placed replica ended, from whichever of `run` and `ensureStopped` knew. */
export type ReplicaEnd =
  | { readonly kind: 'exited'; readonly exit: Exit }
  /** ensureStopped proved it gone; null when it never started. */
  | { readonly kind: 'stopped'; readonly exit: Exit | null }
  | { readonly kind: 'vanished'; readonly sentence: string }
  /** Its host is gone for certain, and it with it; how it ended nobody knows. */
  | { readonly kind: 'host_destroyed'; readonly sentence: string }
  | { readonly kind: 'start_failed'; readonly reason: Reason; readonly sentence: string };

export type PrepareFailure = { readonly kind: 'prepare_failed'; readonly reason: Reason; readonly sentence: string };
