import { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { ControlPlane } from '../../activities/control-plane.ts';
import { encodeCri } from '../../ledger/cri-format.ts';
import { LongshoreError } from '../../model/error.ts';
import { helloVerdictSchema } from '../../model/host.ts';
import { digestSchema } from '../../model/ids.ts';
import { jobSpecSchema } from '../../model/job-spec.ts';
import type { LogStreamRef } from '../../model/log-record.ts';

const ANSWER_LIMIT_MS = 30_000;
/** The server hashes and syncs a blob before it answers. */
const BLOB_ANSWER_LIMIT_MS = 15 * 60_000;

const storedSchema = z.object({ digest: digestSchema, bytes: z.number() });
const tooLargeSchema = z.object({ limitBytes: z.number() });
const nextSchema = z.object({ next: z.number().int() });

type Call = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly type?: string;
  readonly body?: string | Uint8Array | Readable;
  readonly limitMs?: number;
};
type Answer = { readonly status: number; readonly body: Dispatcher.ResponseData['body'] };

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * The server as a host sees it, over kept HTTP connections. No answer, an answer in time of trouble (5xx), and an
 * answer cut off are all `server_unreachable`: the caller tries again.
 */
export const createHttpControlPlane = (server: {
  readonly url: string;
  readonly token: string;
}): ControlPlane & { close(): Promise<void> } => {
  const agent = new Agent({ keepAliveTimeout: 30_000, connect: { timeout: 5_000 } });

  const unreachable = (call: Call, cause: unknown): LongshoreError => {
    const words = cause instanceof Error ? cause.message : String(cause);
    const message = `the server at ${server.url} did not answer "${call.method} ${call.path}": ${words}`;
    return new LongshoreError('server_unreachable', message, { cause });
  };

  const ask = async <T>(call: Call, read: (answer: Answer) => Promise<T>): Promise<T> => {
    try {
      const answer = await request(`${server.url.replace(/\/+$/, '')}/host/v1${call.path}`, {
        method: call.method,
        dispatcher: agent,
        headersTimeout: call.limitMs ?? ANSWER_LIMIT_MS,
        headers: {
          authorization: `Bearer ${server.token}`,
          ...(call.type === undefined ? {} : { 'content-type': call.type }),
        },
        body: call.body ?? null,
      });
      if (isTransient(answer.statusCode))
        throw new Error(`${answer.statusCode} ${await answer.body.text()}`.slice(0, 500));
      return await read({ status: answer.statusCode, body: answer.body });
    } catch (cause) {
      // A body that broke off on this side is no silence of the server.
      const ownFault = call.body instanceof Readable ? call.body.errored : null;
      if (ownFault instanceof LongshoreError) throw ownFault;
      throw cause instanceof LongshoreError ? cause : unreachable(call, cause);
    }
  };
  const refuse = async (call: Call, { status, body }: Answer): Promise<never> => {
    const said = (await body.text()).slice(0, 500);
    const code = status === 404 ? 'unknown_job' : 'server_refused';
    throw new LongshoreError(code, `the server refused "${call.method} ${call.path}" (${status}): ${said}`, {
      details: { status },
    });
  };
  const json = <T>(call: Call, schema: z.ZodType<T>): Promise<T> =>
    ask(call, async (answer) =>
      answer.status === 200 ? schema.parse(await answer.body.json()) : refuse(call, answer),
    );
  const done = (call: Call): Promise<void> =>
    ask(call, async (answer) => {
      if (answer.status !== 204) await refuse(call, answer);
      await answer.body.dump();
    });
  const post = (path: string, content: unknown): Call => ({
    method: 'POST',
    path,
    type: 'application/json',
    body: JSON.stringify(content),
  });
  const logPath = ({ uid, role, replica, attempt }: LogStreamRef): string =>
    `/logs/${uid}/${role}/${replica}/${attempt}`;

  return {
    hello: (hello) => json(post('/hello', hello), helloVerdictSchema),
    notify: (notices) => done(post('/notices', { notices })),
    spec(uid) {
      const call: Call = { method: 'GET', path: `/jobs/${uid}/spec` };
      return ask(call, async (answer) => {
        if (answer.status === 200) return jobSpecSchema.parse(await answer.body.json());
        if (answer.status !== 404 && answer.status !== 410) return refuse(call, answer);
        await answer.body.dump();
        return answer.status === 404 ? 'unknown' : 'lost';
      });
    },
    readBlob(digest) {
      const call: Call = { method: 'GET', path: `/blobs/${digest}` };
      return ask(call, async (answer) => {
        if (answer.status === 200) return answer.body;
        if (answer.status !== 404) return refuse(call, answer);
        await answer.body.dump();
        return null;
      });
    },
    writeBlob(content) {
      const call: Call = {
        method: 'POST',
        path: '/blobs',
        type: 'application/octet-stream',
        body: content,
        limitMs: BLOB_ANSWER_LIMIT_MS,
      };
      return ask(call, async (answer) => {
        if (answer.status === 200) return { kind: 'stored', ...storedSchema.parse(await answer.body.json()) };
        if (answer.status === 413) return { kind: 'too_large', ...tooLargeSchema.parse(await answer.body.json()) };
        return refuse(call, answer);
      });
    },
    appendLog: (ref, expected, records) =>
      json(
        {
          method: 'POST',
          path: `${logPath(ref)}?expected=${expected}`,
          type: 'application/octet-stream',
          body: encodeCri(records),
        },
        nextSchema,
      ),
    finishLog: (ref) => done({ method: 'POST', path: `${logPath(ref)}/finish` }),
    failActivities: (pending, because) => done(post('/activities/fail', { pending, because })),
    close: () => agent.destroy(),
  };
};
