import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCri, decodeCriChunks, encodeCri } from '../../ledger/cri-format.ts';
import type { LogRecord } from '../../model/log-record.ts';

const NEWLINE = 0x0a;
const withoutNewline = fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.filter((byte) => byte !== NEWLINE));
const records = fc.array(
  fc.record<LogRecord>({
    time: fc.constantFrom('2026-11-22T00:00:00.000000001Z', '2026-11-22T00:00:00Z'),
    stream: fc.constantFrom('stdout', 'stderr'),
    partial: fc.boolean(),
    text: withoutNewline,
  }),
);
const plain = (decoded: readonly LogRecord[]) => decoded.map((record) => ({ ...record, text: [...record.text] }));

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const records of decodeCriChunks(chunks)) found.push(...records);
  return found;
}

describe('the CRI log format', () => {
  it('gives back any bytes it was given', () => {
    fc.assert(
      fc.property(records, (given) => {
        expect(plain(decodeCri(encodeCri(given)))).toEqual(plain(given));
      }),
    );
  });

  it('gives back the same records wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 64 }), async (given, size) => {
        expect(plain(await collect(cut(encodeCri(given), size)))).toEqual(plain(given));
      }),
    );
  });

  it('keeps one line per record even where a record has newlines of its own', () => {
    const record = { time: 't', stream: 'stdout', partial: false, text: Buffer.from('a\nb\n') } as const;
    expect(encodeCri([record, record]).toString()).toBe('t stdout F a b \nt stdout F a b \n');
  });

  it('refuses what is no log line, without repeating it', () => {
    const wrong = ['no', 'time stdout', 'time stdout X text', 'time std F text', ' stdout F text', 'time stdout F', ''];
    for (const line of wrong) expect(() => decodeCri(Buffer.from(`${line}\n`))).toThrow('A log line of');
    expect(() => decodeCri(Buffer.from('time stdout F password'))).toThrow(/^(?!.*password)/);
  });
});
