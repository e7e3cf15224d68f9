import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/**
 * Sends an answer as it is produced, no faster than the client takes it. A client that goes away ends the source and
 * is no error; a source that fails midway cuts the connection, so that half an answer is never taken for a whole one.
 */
export const sendStream = async (
  response: Response,
  source: AsyncIterable<Uint8Array | string> | Readable,
): Promise<void> => {
  const content = source instanceof Readable ? source : Readable.from(source, { objectMode: false });
  try {
    await pipeline(content, response);
  } catch (error) {
    if (response.destroyed && !response.writableFinished && isClosedEarly(error)) return;
    throw error;
  }
};

const isClosedEarly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';

/** An answer that has ended by so many bytes is sent whole, with its length: most do, and a stream costs more than they. */
const WHOLE_BYTES = 64 * 1024;

/** As `sendStream`, for what is there and need not be shown while it comes. A short one that fails is no answer at all. */
export const sendGathered = async (response: Response, source: AsyncGenerator<string>): Promise<void> => {
  let gathered = '';
  while (gathered.length < WHOLE_BYTES) {
    const next = await source.next();
    if (next.done === true) {
      response.end(gathered);
      return;
    }
    gathered += next.value;
  }
  await sendStream(response, continued(gathered, source));
};

async function* continued(begun: string, source: AsyncGenerator<string>): AsyncGenerator<string> {
  yield begun;
  yield* source;
}
