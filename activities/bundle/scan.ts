import type { Readable } from 'node:stream';
import type { BundleLimits } from './entry-rules.ts';
import { readArchive, type Archive } from './read-archive.ts';

/** Says whether a bundle could be unpacked, without unpacking it: what the api asks of an upload. Keeps nothing. */
export const scanBundle = (content: Readable, limits: BundleLimits): Promise<Archive> =>
  readArchive(content, limits, async (_entry, body) => {
    for await (const chunk of body) void chunk;
  });
