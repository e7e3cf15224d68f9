import { LongshoreError } from '../../model/error.ts';
import type { EngineRefusal } from './engine.ts';

const statusOf = (cause: unknown): number | null =>
  cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : null;

/** The engine's own words, without the wrapping of the client library. */
export const engineWords = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/^\(HTTP code \d+\) .*? - /, '').trim();

export const isNotFound = (cause: unknown): boolean => statusOf(cause) === 404;
export const isBadRequest = (cause: unknown): boolean => statusOf(cause) === 400;
export const isConflict = (cause: unknown): boolean => statusOf(cause) === 409;
export const isNotModified = (cause: unknown): boolean => statusOf(cause) === 304;

/** What is thrown: `engine_unreachable` where nobody answered (in time), `engine_error` where the answer is no help. */
export const engineFailure = (call: string, cause: unknown): LongshoreError => {
  if (cause instanceof LongshoreError) return cause;
  const status = statusOf(cause);
  return status === null
    ? new LongshoreError('engine_unreachable', `the Docker engine did not answer "${call}": ${engineWords(cause)}`, {
        cause,
      })
    : new LongshoreError('engine_error', `the Docker engine failed "${call}" (${status}): ${engineWords(cause)}`, {
        cause,
        details: { status },
      });
};

/**
 * Server errors (5xx) that are about the container and come again. Any other may be an engine on its way down, which
 * fails starts for as long as ten seconds in the strangest words: not an answer, the call is made again.
 */
const ABOUT_THE_CONTAINER = new RegExp(
  [
    'unable to find (user|group)|uids and gids must be in range',
    'OCI runtime|failed to create shim|failed to create task|unknown or invalid runtime|could not select device driver',
    'port is already allocated|user specified IP|no such network|network .* not found',
    'creating mount source|invalid mount|invalid mode|is not a shared (or slave )?mount',
    'cannot mkdir|file name too long|not a directory',
    'storage-opt|gathering device information|address already in use',
  ].join('|'),
  'i',
);
/** The engine itself is not well: whatever else it says, the container is not to blame. */
const ENGINE_FAULT =
  /shutting down|context canceled|deadline exceeded|transport is closing|containerd.*(refused|unavailable)|no such network interface|could not find bridge/i;
const COMMAND_NOT_FOUND =
  /executable file not found|exec: .*no such file or directory|exec .*: no such file or directory/i;

/**
 * The engine's refusal of a create or a start, told apart; null where the call may be made again. `ownId` is the
 * container a start is for: any other that is missing is one the job's network is to be shared with.
 */
export const refusalOf = (cause: unknown, ownId: string | null): EngineRefusal | null => {
  const status = statusOf(cause);
  const message = engineWords(cause);
  if (status === null || ENGINE_FAULT.test(message)) return null;
  if (COMMAND_NOT_FOUND.test(message)) return { kind: 'command_not_found', message };
  if (status === 404 && /no such image/i.test(message)) return { kind: 'image_not_found', message };
  if (status === 404 && ownId !== null && message.includes(ownId)) return null;
  if (status === 409 && /already in use/i.test(message)) return { kind: 'name_taken', message };
  return status < 500 || ABOUT_THE_CONTAINER.test(message) ? { kind: 'bad_request', message } : null;
};

/** An answer of trouble (5xx) that is not known to be the engine's own: given often enough, it is one to the container. */
export const mayBeRefusal = (cause: unknown): cause is LongshoreError =>
  cause instanceof LongshoreError &&
  cause.code === 'engine_error' &&
  Number(cause.details['status']) >= 500 &&
  !ENGINE_FAULT.test(cause.message);

/** Engines put a registry's refusal into words only. */
const NO_SUCH_IMAGE =
  /manifest( for .*)? (unknown|not found)|repository does not exist|name unknown|not found: |pull access denied|invalid reference/i;

export const pullRefusal = (message: string): EngineRefusal =>
  NO_SUCH_IMAGE.test(message) ? { kind: 'image_not_found', message } : { kind: 'pull_failed', message };
