import { LongshoreError } from '../../model/error.ts';
import type { EngineRefusal } from './engine.ts';

const statusOf = (cause: unknown): number | null =>
  cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : null;

/** The engine's own words, without the wrapping of the client library. */
export const engineWords = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/^\(HTTP code \d+\) .*? - /, '').trim();

export const isNotFound = (cause: unknown): boolean => statusOf(cause) === 404;
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
const ABOUT_THE_CONTAINER =
  /unable to find user|OCI runtime|failed to create shim|failed to create task|port is already allocated|could not select device driver|creating mount source|invalid mount|unknown or invalid runtime|user specified IP|no such network|network .* not found/i;
const GOING_DOWN =
  /shutting down|context canceled|deadline exceeded|transport is closing|containerd.*(refused|unavailable)/i;
const COMMAND_NOT_FOUND =
  /executable file not found|exec: .*no such file or directory|exec .*: no such file or directory/i;

/** The engine's refusal of a create or a start, told apart; null where the call may be made again. */
export const refusalOf = (cause: unknown): EngineRefusal | null => {
  const status = statusOf(cause);
  const message = engineWords(cause);
  if (status === null || GOING_DOWN.test(message)) return null;
  if (COMMAND_NOT_FOUND.test(message)) return { kind: 'command_not_found', message };
  if (status === 404 && /no such image/i.test(message)) return { kind: 'image_not_found', message };
  if (status === 404 && /no such container/i.test(message)) return null;
  if (status === 409 && /already in use/i.test(message)) return { kind: 'name_taken', message };
  return status < 500 || ABOUT_THE_CONTAINER.test(message) ? { kind: 'bad_request', message } : null;
};

/** Engines put a registry's refusal into words only. */
const NO_SUCH_IMAGE =
  /manifest( for .*)? (unknown|not found)|repository does not exist|name unknown|not found: |pull access denied|invalid reference/i;

export const pullRefusal = (message: string): EngineRefusal =>
  NO_SUCH_IMAGE.test(message) ? { kind: 'image_not_found', message } : { kind: 'pull_failed', message };
