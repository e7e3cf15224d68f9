import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogFrames } from '../../activities/docker/log-frames.ts';

const frame = (type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};
const TIME = '2026-01-02T03:04:05.000000006Z';
const record = (type: number, text: string | Uint8Array): Buffer =>
  frame(type, Buffer.concat([Buffer.from(`${TIME} `), Buffer.from(text)]));
const cutBy = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
  return [...chunks, bytes.subarray(at)];
};

describe('log frames', () => {
  it('are the same records wherever the stream is cut', () => {
    const lines = fc.array(
      fc.record({
        type: fc.constantFrom(1, 2),
        text: fc.uint8Array({ maxLength: 40 }).map((text) => text.map((byte) => (byte === 10 ? 11 : byte))),
      }),
    );
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 0, max: 30 })), (records, cuts) => {
        const bytes = Buffer.concat(
          records.map(({ type, text }) => record(type, Buffer.concat([text, Buffer.from('\n')]))),
        );
        const frames = createLogFrames();
        const read = cutBy(bytes, cuts).flatMap((chunk) => [...frames.push(chunk)]);
        expect(frames.atBoundary()).toBe(true);
        expect(
          read.map(({ stream, text, partial, time }) => [stream, Buffer.from(text).toString('hex'), partial, time]),
        ).toEqual(
          records.map(({ type, text }) => [
            type === 1 ? 'stdout' : 'stderr',
            Buffer.from(text).toString('hex'),
            false,
            TIME,
          ]),
        );
      }),
    );
  });

  it('without a newline are pieces of a line, until one that is shorter than the buffer ends it', () => {
    const full = 'x'.repeat(16 * 1024);
    const read = createLogFrames().push(
      Buffer.concat([
        record(1, full),
        record(2, 'other\n'),
        record(1, full),
        record(1, 'end'),
        record(1, 'unterminated'),
      ]),
    );
    expect(read.map(({ stream, partial }) => [stream, partial])).toEqual([
      ['stdout', true],
      ['stderr', false],
      ['stdout', true],
      ['stdout', false],
      ['stdout', true],
    ]);
  });

  it('that are none are refused: a terminal, an absurd length', () => {
    expect(() => createLogFrames().push(Buffer.from('plain text of a terminal'))).toThrow(/cannot be read/);
    expect(() => createLogFrames().push(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]))).toThrow(/cannot be read/);
  });

  it('that were cut off are not at a boundary', () => {
    const frames = createLogFrames();
    frames.push(record(1, 'line\n').subarray(0, 20));
    expect(frames.atBoundary()).toBe(false);
  });
});
