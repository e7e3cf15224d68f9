import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';

export type ReceivedFile<T> =
  | { readonly kind: 'received'; readonly answer: T }
  | { readonly kind: 'no_files' }
  /** There are files, but none in the field asked for. */
  | { readonly kind: 'other_files' }
  | { readonly kind: 'malformed' };

/**
 * Reads a multipart body and hands the first file of `field` on as a stream, under the name its sender gave it, path
 * and all. What else is in the body is read and dropped: a client that still sends would not hear an answer.
 */
export const receiveFile = async <T>(
  request: Request,
  field: string,
  take: (name: string, content: Readable) => Promise<T>,
): Promise<ReceivedFile<T>> => {
  let parser: busboy.Busboy;
  try {
    parser = busboy({ headers: request.headers, preservePath: true, defParamCharset: 'utf8' });
  } catch {
    request.resume();
    return { kind: 'no_files' };
  }
  /** One at most. */
  const taken: Promise<T>[] = [];
  let others = false;
  parser.on('file', (name, content, info) => {
    // The parser's own error tells of a body that ends early; a file nobody reads must not make it a second one.
    content.on('error', () => undefined);
    if (name !== field || taken.length > 0) {
      others = true;
      content.resume();
      return;
    }
    const answer = take(info.filename ?? '', content).finally(() => {
      // A reader that was waiting for more lets go of it later, and only then does a listener for data make it flow.
      content.on('data', () => undefined);
      content.resume();
    });
    answer.catch(() => undefined);
    taken.push(answer);
  });
  const wellFormed = await new Promise<boolean>((resolve) => {
    parser.once('close', () => {
      resolve(true);
    });
    parser.once('error', () => {
      resolve(false);
    });
    request.once('close', () => {
      if (!request.complete) parser.destroy(new Error('the client went away'));
    });
    request.pipe(parser);
  });
  if (!wellFormed) {
    request.unpipe(parser);
    request.resume();
    await Promise.allSettled(taken);
    return { kind: 'malformed' };
  }
  const [answer] = taken;
  if (answer !== undefined) return { kind: 'received', answer: await answer };
  return { kind: others ? 'other_files' : 'no_files' };
};
