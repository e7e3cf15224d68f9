import type { Response } from 'express';

/** Given with each: an error of its own for every request would cost more than what it ends. */
const CLOSED = new Error('the connection of this request has closed');

/** Fires when the answer's connection closes, be it answered or given up by the client: nobody reads on. */
export const clientGone = (response: Response): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort(CLOSED);
  });
  return gone.signal;
};
