import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ControlPlane, PendingActivity } from '../../activities/control-plane.ts';
import { LongshoreError } from '../../model/error.ts';
import type { Hello } from '../../model/host.ts';
import { digestSchema, type Digest, type Epoch, type JobUid } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import type { LogRecord, LogStreamRef } from '../../model/log-record.ts';
import type { Notice } from '../../model/notice.ts';

type StoredLog = { readonly records: LogRecord[]; finished: boolean };
const logKey = ({ uid, role, replica, attempt }: LogStreamRef): string => `${uid}/${role}/${replica}/${attempt}`;

export type MemoryControlPlane = ControlPlane & {
  readonly specs: Map<JobUid, JobSpec>;
  readonly blobs: Map<Digest, Buffer>;
  readonly notices: Notice[];
  readonly hellos: Hello[];
  readonly failed: PendingActivity[];
  /** While true, no call is answered. */
  down: boolean;
  /** What its verdict on a hello says that was given so far. */
  given: Epoch | undefined;
  log(ref: LogStreamRef): StoredLog;
  /** What a reader of one stream sees: pieces joined, lines ended. */
  text(ref: LogStreamRef, stream: LogRecord['stream']): Buffer;
};

const digestOf = (bytes: Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** A server for host tests: the same answers, in memory. */
export const createMemoryControlPlane = (limitBytes = 1e9): MemoryControlPlane => {
  const logs = new Map<string, StoredLog>();
  const log = (ref: LogStreamRef): StoredLog => {
    const stored = logs.get(logKey(ref)) ?? { records: [], finished: false };
    logs.set(logKey(ref), stored);
    return stored;
  };
  const plane: MemoryControlPlane = {
    specs: new Map(),
    blobs: new Map(),
    notices: [],
    hellos: [],
    failed: [],
    down: false,
    given: undefined,
    log,
    text: (ref, stream) =>
      Buffer.concat(
        log(ref)
          .records.filter((record) => record.stream === stream)
          .flatMap(({ text, partial }) => (partial ? [text] : [text, Buffer.from('\n')])),
      ),
    async hello(hello) {
      answer();
      plane.hellos.push(hello);
      return { kind: 'accepted', generation: 1, highestEpoch: plane.given };
    },
    async notify(notices) {
      answer();
      plane.notices.push(...notices);
    },
    async spec(uid) {
      answer();
      return plane.specs.get(uid) ?? 'unknown';
    },
    async readBlob(digest) {
      answer();
      const bytes = plane.blobs.get(digest);
      return bytes === undefined ? null : Readable.from([bytes]);
    },
    async writeBlob(content) {
      answer();
      const chunks: Buffer[] = [];
      const bytesOf: AsyncIterable<Uint8Array> = content;
      for await (const chunk of bytesOf) chunks.push(Buffer.from(chunk));
      const bytes = Buffer.concat(chunks);
      if (bytes.length > limitBytes) return { kind: 'too_large', limitBytes };
      const digest = digestOf(bytes);
      plane.blobs.set(digest, bytes);
      return { kind: 'stored', digest, bytes: bytes.length };
    },
    async appendLog(ref, expected, records) {
      answer();
      const stored = log(ref);
      if (expected === stored.records.length) stored.records.push(...records);
      return { next: stored.records.length };
    },
    async finishLog(ref) {
      answer();
      log(ref).finished = true;
    },
    async failActivities(pending) {
      answer();
      plane.failed.push(...pending);
    },
  };
  const answer = (): void => {
    if (plane.down) throw new LongshoreError('server_unreachable', 'no server answers');
  };
  return plane;
};
