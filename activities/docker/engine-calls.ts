import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { LongshoreError } from '../../model/error.ts';
import { engineFailure } from './engine-errors.ts';

export type EngineCall = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly registryAuth?: string;
};

export type EngineCalls = {
  /** The parsed answer, or null for an empty one. Throws the client library's error for a refusal by the engine. */
  json(call: EngineCall, limitMs: number): Promise<unknown>;
  /** The answer as it comes, without a limit. A connection that breaks in the middle is an error of the stream. */
  stream(call: EngineCall, abort: AbortSignal): Promise<Readable>;
};

/**
 * The client library follows redirects with a request whose errors nobody listens to: one that leads nowhere would end
 * this process. An engine has no reason for any: with none allowed, a redirect is an error of the call.
 */
const followNoRedirects = (): void => {
  const ofDockerode = createRequire(createRequire(import.meta.url).resolve('dockerode'));
  const transport: unknown = ofDockerode('docker-modem/lib/http');
  if (typeof transport !== 'object' || transport === null || !('maxRedirects' in transport)) {
    throw new Error('the Docker client library has changed: its redirects cannot be switched off');
  }
  transport.maxRedirects = 0;
};

/** Streams without an encoding give bytes; their type cannot say so. */
export const bytesOf = (stream: Readable): AsyncIterable<Uint8Array> => stream;

const readAll = async (stream: Readable): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of bytesOf(stream)) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
};

/** Rejects when `signal` fires first: the client library does not always notice. */
const orAborted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('stopped waiting for the engine'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });

/**
 * A kept connection pool that shows nothing of itself: docker-modem formats its options for a debug line at every
 * request, whether or not anybody reads it, and with the pool's sockets in them that took seconds of CPU a call.
 */
const quietAgent = (): Agent =>
  Object.assign(new Agent({ keepAlive: true }), { [inspect.custom]: (): string => 'kept connections' });

/**
 * Calls over dockerode's transport with kept connections. Every answer is taken as a stream, because the library never
 * settles a plain call whose connection breaks after the headers, and that is how an engine's death looks to a `wait`.
 */
export const createEngineCalls = (socketPath: string): EngineCalls => {
  followNoRedirects();
  // Written out as undefined, so that no DOCKER_HOST of the environment takes the place of the configured socket.
  const options = { socketPath, host: undefined, protocol: 'http' as const, agent: quietAgent() };
  const docker = new Docker(options);

  const open = (call: EngineCall, abortSignal: AbortSignal): Promise<Readable> =>
    new Promise((resolve, reject) => {
      docker.modem.dial(
        {
          method: call.method,
          path: `${call.path}?`,
          options: { _query: call.query ?? {}, _body: call.body ?? {} },
          isStream: true,
          abortSignal,
          headers: call.registryAuth === undefined ? {} : { 'X-Registry-Auth': call.registryAuth },
          statusCodes: { 200: true, 201: true, 204: true },
        },
        (failure, answer) => {
          if (answer instanceof Readable) resolve(answer);
          else reject(failure instanceof Error ? failure : new Error(`no answer: ${String(failure)}`));
        },
      );
    });

  return {
    async json(call, limitMs) {
      const timeout = AbortSignal.timeout(limitMs);
      try {
        return await orAborted(timeout, open(call, timeout).then(readAll));
      } catch (cause) {
        if (!timeout.aborted) throw cause;
        const message = `the Docker engine did not answer "${call.method} ${call.path}" within ${limitMs / 1000} s`;
        throw new LongshoreError('engine_unreachable', message, { cause });
      }
    },
    async stream(call, abort) {
      try {
        return await orAborted(abort, open(call, abort));
      } catch (cause) {
        throw engineFailure(`${call.method} ${call.path}`, cause);
      }
    },
  };
};
