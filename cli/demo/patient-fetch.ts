import { setTimeout as sleep } from 'node:timers/promises';
import { fetch, type RequestInit, type Response } from 'undici';
import { LongshoreError } from '../../model/error.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 300;

/**
 * A request that is made again while no server answers or one says that it cannot just now. Only for requests that are
 * safe to repeat; all of Longshore's submissions are, by job id.
 */
export const patientFetch = async (url: string, init: RequestInit, abort: AbortSignal): Promise<Response> => {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    let because: string;
    try {
      const answer = await fetch(url, { ...init, signal: abort });
      if (answer.status < 500) return answer;
      because = `${answer.status} ${(await answer.text()).trim()}`;
    } catch (error) {
      abort.throwIfAborted();
      because = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
    if (performance.now() > deadlineMs) {
      throw new LongshoreError('server_unreachable', `${url} did not answer for ${PATIENCE_MS / 1000} s: ${because}`);
    }
    await sleep(PAUSE_MS, null, { signal: abort });
  }
};
