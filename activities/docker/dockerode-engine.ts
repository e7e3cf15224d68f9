import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { HostLog } from '../host/host-log.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import {
  idAnswerSchema,
  imageAnswerSchema,
  infoAnswerSchema,
  readInspect,
  readList,
  readStats,
} from './engine-answers.ts';
import { bytesOf, createEngineCalls, type EngineCall } from './engine-calls.ts';
import { createEngineIdentity } from './engine-identity.ts';
import { engineFailure, isBadRequest, isConflict, isNotFound, isNotModified, refusalOf } from './engine-errors.ts';
import { imagePath } from './image-path.ts';
import { isOfPlatform } from './image-platform.ts';
import { createLogFrames } from './log-frames.ts';
import { pullImage, withTag } from './pull-image.ts';
import { createRegistryAuth } from './registry-auth.ts';

const READ_LIMIT_MS = 30_000;
/** Starting waits for the image's layers, the network and the runtime; removing for a file system to go. */
const WORK_LIMIT_MS = 120_000;
/** What the engine tells of itself alone: next to nothing. */
const OWN_EVENTS = { filters: JSON.stringify({ type: ['daemon'] }) };

/** The engine behind a Unix socket. */
export const createDockerodeEngine = (options: { readonly socketPath: string; readonly log?: HostLog }): Engine => {
  const calls = createEngineCalls(options.socketPath);
  const readRegistryAuth = createRegistryAuth(options.log ?? null);

  const ask = async (call: EngineCall, limitMs = READ_LIMIT_MS): Promise<unknown> => {
    try {
      return await calls.json(call, limitMs);
    } catch (cause) {
      throw engineFailure(`${call.method} ${call.path}`, cause);
    }
  };
  const orNullIfAbsent = async (call: EngineCall): Promise<unknown> => {
    try {
      return await calls.json(call, READ_LIMIT_MS);
    } catch (cause) {
      if (isNotFound(cause)) return null;
      throw engineFailure(`${call.method} ${call.path}`, cause);
    }
  };
  const orRefusal = async <T>(call: EngineCall, read: (answer: unknown) => T): Promise<EngineAnswer<T>> => {
    let answer: unknown;
    try {
      answer = await calls.json(call, WORK_LIMIT_MS);
    } catch (cause) {
      const refusal = refusalOf(cause, null);
      if (refusal !== null) return refusal;
      throw engineFailure(`${call.method} ${call.path}`, cause);
    }
    return { kind: 'ok', value: read(answer) };
  };

  const findImage: Engine['findImage'] = async (image, platform) => {
    const name = imagePath(withTag(image));
    if (name === null) return null;
    const call: EngineCall = { method: 'GET', path: `/images/${name}/json` };
    try {
      const { Id, Os, Architecture } = imageAnswerSchema.parse(await calls.json(call, READ_LIMIT_MS));
      return platform === undefined || isOfPlatform({ os: Os, architecture: Architecture }, platform) ? Id : null;
    } catch (cause) {
      // A name the engine does not take for one: its pull says in which words.
      if (isNotFound(cause) || isBadRequest(cause)) return null;
      throw engineFailure(`${call.method} ${call.path}`, cause);
    }
  };

  async function* readLog(stream: Readable, call: string): ReturnType<Engine['logs']> {
    const frames = createLogFrames();
    try {
      for await (const chunk of bytesOf(stream)) yield* frames.push(chunk);
    } catch (cause) {
      throw engineFailure(call, cause);
    } finally {
      stream.destroy();
    }
    if (!frames.atBoundary()) throw engineFailure(call, new Error('the stream was cut off inside a record'));
  }

  const info: Engine['info'] = async () => {
    const answer = infoAnswerSchema.parse(await ask({ method: 'GET', path: '/info' }));
    return { id: answer.ID, version: answer.ServerVersion, cpus: answer.NCPU, memoryBytes: answer.MemTotal };
  };

  return {
    info,
    id: createEngineIdentity({
      ask: async () => (await info()).id,
      async open(abort) {
        const connection = await calls.stream({ method: 'GET', path: '/events', query: OWN_EVENTS }, abort);
        // It holds nothing up: a process that is done ends.
        if (connection instanceof IncomingMessage) connection.socket.unref();
        return connection;
      },
    }),
    findImage,
    async pull(image, onProgress, abort, platform) {
      if (imagePath(withTag(image)) === null) {
        return { kind: 'image_not_found', message: `"${image}" is not the name of an image` };
      }
      const registryAuth = await readRegistryAuth(image);
      const pulled = await pullImage({ calls, registryAuth }, { image, platform }, onProgress, abort);
      if (pulled.kind !== 'ok') return pulled;
      const id = await findImage(image);
      return id === null
        ? {
            kind: 'pull_failed',
            message: `the pull of ${image} ended without an error, yet the engine does not have it`,
          }
        : { kind: 'ok', value: id };
    },
    create: (request) =>
      orRefusal(
        {
          method: 'POST',
          path: '/containers/create',
          query: {
            name: request.name,
            ...(request.platform === undefined ? {} : { platform: request.platform }),
          },
          body: request.body,
        },
        (answer) => idAnswerSchema.parse(answer).Id,
      ),
    async start(containerId) {
      const call: EngineCall = { method: 'POST', path: `/containers/${containerId}/start` };
      try {
        await calls.json(call, WORK_LIMIT_MS);
      } catch (cause) {
        if (isNotModified(cause)) return { kind: 'ok', value: undefined };
        const refusal = refusalOf(cause, containerId);
        if (refusal !== null) return refusal;
        throw engineFailure(`${call.method} ${call.path}`, cause);
      }
      return { kind: 'ok', value: undefined };
    },
    async list(labels) {
      const label = Object.entries(labels).map(([name, value]) => (value === null ? name : `${name}=${value}`));
      const query = { all: 'true', filters: JSON.stringify({ label }) };
      return readList(await ask({ method: 'GET', path: '/containers/json', query }));
    },
    async inspect(containerId) {
      const answer = await orNullIfAbsent({ method: 'GET', path: `/containers/${containerId}/json` });
      return answer === null ? null : readInspect(answer);
    },
    async wait(containerId, abort) {
      const call: EngineCall = {
        method: 'POST',
        path: `/containers/${containerId}/wait`,
        query: { condition: 'not-running' },
      };
      try {
        for await (const chunk of await calls.stream(call, abort)) void chunk;
      } catch (cause) {
        if (cause instanceof Error && isNotFound(cause.cause)) return;
        throw engineFailure(`${call.method} ${call.path}`, cause);
      }
    },
    async kill(containerId, signal) {
      const call: EngineCall = { method: 'POST', path: `/containers/${containerId}/kill`, query: { signal } };
      try {
        await calls.json(call, READ_LIMIT_MS);
        return true;
      } catch (cause) {
        if (isNotFound(cause) || isConflict(cause)) return false;
        throw engineFailure(`${call.method} ${call.path}`, cause);
      }
    },
    async remove(containerId) {
      await orNullIfAbsent({ method: 'DELETE', path: `/containers/${containerId}`, query: { v: 'true' } });
    },
    async *logs(containerId, follow, abort) {
      const path = `/containers/${containerId}/logs`;
      const query = { follow: String(follow), stdout: 'true', stderr: 'true', timestamps: 'true' };
      yield* readLog(await calls.stream({ method: 'GET', path, query }, abort), `GET ${path}`);
    },
    async usage(containerId) {
      const query = { stream: 'false', 'one-shot': 'true' };
      const answer = await orNullIfAbsent({ method: 'GET', path: `/containers/${containerId}/stats`, query });
      return answer === null ? null : readStats(answer);
    },
  };
};
