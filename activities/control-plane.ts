import type { Readable } from 'node:stream';
import type { Digest, JobUid } from '../model/ids.ts';
import type { Hello, HelloVerdict } from '../model/host.ts';
import type { JobSpec } from '../model/job-spec.ts';
import type { LogRecord, LogStreamRef } from '../model/log-record.ts';
import type { Notice } from '../model/notice.ts';

export type PendingActivity = { readonly workflowId: string; readonly runId: string; readonly activityId: string };

/**
 * What a host process asks of the server, over HTTP, dialled by the host. All of it may be repeated. A call throws
 * LongshoreError('server_unreachable') when no server answers: callers try again, containers keep running.
 */
export interface ControlPlane {
  hello(hello: Hello): Promise<HelloVerdict>;
  notify(notices: readonly Notice[]): Promise<void>;
  /** `unknown`: no such job, now. `lost`: the server will never have it again. */
  spec(uid: JobUid): Promise<JobSpec | 'unknown' | 'lost'>;
  /** The blob's bytes; null: no such blob. */
  readBlob(digest: Digest): Promise<Readable | null>;
  /** Stores a stream content-addressed. Refused when larger than the server's limit. */
  writeBlob(
    content: Readable,
  ): Promise<
    | { readonly kind: 'stored'; readonly digest: Digest; readonly bytes: number }
    | { readonly kind: 'too_large'; readonly limitBytes: number }
  >;
  /**
   * Appends records from ordinal `expected` on. At most one of two appends that expect the same ordinal wins; the
   * answer is the ordinal the store expects next, which is where the caller goes on from.
   */
  appendLog(ref: LogStreamRef, expected: number, records: readonly LogRecord[]): Promise<{ readonly next: number }>;
  /** Says that the stream is whole: nothing will follow. */
  finishLog(ref: LogStreamRef): Promise<void>;
  /** Fails activities whose worker is dead, so that Temporal tries them again at once. A gone activity is done. */
  failActivities(pending: readonly PendingActivity[], because: string): Promise<void>;
}
