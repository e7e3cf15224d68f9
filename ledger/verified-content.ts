import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { LongshoreError } from '../model/error.ts';
import type { Digest } from '../model/ids.ts';

/**
 * A blob's bytes on their way out, held to its name: its last chunk is passed on only when the whole is what it was
 * stored as. A reader of a damaged one gets LongshoreError('blob_damaged') and never all of it.
 */
export function verifiedContent(source: Readable, digest: Digest): Readable {
  // One that breaks before anybody reads: whoever does then hears of it from the loop below.
  source.on('error', () => undefined);
  const content = Readable.from(verified(source, digest), { objectMode: false });
  // One that is given up before its first byte never enters the loop that would end the source.
  content.once('close', () => source.destroy());
  return content;
}

async function* verified(source: Readable, digest: Digest): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | null = null;
  for await (const piece of source) {
    const chunk = Buffer.from(piece as Uint8Array);
    hash.update(chunk);
    if (held !== null) yield held;
    held = chunk;
  }
  if (`sha256:${hash.digest('hex')}` !== digest) {
    throw new LongshoreError('blob_damaged', `Blob ${digest} is not what was stored: restore it, or delete its job`);
  }
  if (held !== null) yield held;
}
