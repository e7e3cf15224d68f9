import type { Response } from 'express';

/** Fires when the answer's connection closes, be it answered or given up by the client: nobody reads on. */
export const clientGone = (response: Response): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  return gone.signal;
};
