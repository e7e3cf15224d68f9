import { Transform } from 'node:stream';

const BLOCK_BYTES = 512;
const SIZE_AT = 124;
const SIZE_BYTES = 12;
const TYPE_AT = 156;
/** Names and attributes are kept in memory by the reader, however long they say they are. */
const LONGEST_META_BYTES = 1024 * 1024;
const META_TYPES = new Set(['x', 'g', 'L', 'K']);

/** Thrown through the stream: the archive is refused, with a reason for people. */
export class InvalidArchive extends Error {}

const sizeIn = (header: Buffer): number => {
  const field = header.subarray(SIZE_AT, SIZE_AT + SIZE_BYTES);
  if ((field[0] ?? 0) & 0x80) return Number(field.readBigUInt64BE(SIZE_BYTES - 8));
  const text = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
};

/**
 * Passes a tar through and refuses what would hurt its reader: more bytes than `maxBytes` once decompressed, and meta
 * entries (long names, pax attributes) that fill the memory. A size given as a pax attribute is refused: only entries
 * beyond 8 GiB need one, and the guard would no longer see the same entries as the reader.
 */
export const createTarGuard = (maxBytes: number): Transform => {
  let seenBytes = 0;
  let header = Buffer.alloc(0);
  let bodyLeft = 0;
  let insidePax = false;
  let pax = '';

  const check = (chunk: Buffer): void => {
    let at = 0;
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const skip = Math.min(bodyLeft, chunk.length - at);
        if (insidePax) pax += chunk.toString('latin1', at, at + skip);
        bodyLeft -= skip;
        if (/(^|\n)\d+ size=/.test(pax)) throw new InvalidArchive('an entry is larger than 8 GiB');
        at += skip;
        continue;
      }
      const missing = BLOCK_BYTES - header.length;
      header = Buffer.concat([header, chunk.subarray(at, at + missing)]);
      at += missing;
      if (header.length < BLOCK_BYTES) return;
      const size = sizeIn(header);
      const type = String.fromCharCode(header[TYPE_AT] ?? 0);
      if (!Number.isSafeInteger(size) || size < 0) throw new Error('invalid tar header: no valid size');
      if (META_TYPES.has(type) && size > LONGEST_META_BYTES) throw new InvalidArchive('an entry has an endless name');
      insidePax = type === 'x' || type === 'g';
      pax = '';
      bodyLeft = Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
      header = Buffer.alloc(0);
    }
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length;
      if (seenBytes > maxBytes) {
        done(new InvalidArchive(`it holds more than ${maxBytes} bytes`));
        return;
      }
      try {
        check(chunk);
        done(null, chunk);
      } catch (cause) {
        done(cause instanceof Error ? cause : new Error(String(cause)));
      }
    },
  });
};
