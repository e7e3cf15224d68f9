import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LogSelection, LogStore } from '../../ledger/log-store.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import type { LogRecord, LogStreamRef } from '../../model/log-record.ts';
import { aQueuedJob, aUid, ROLE } from './builders.ts';

const aRecord = (text: string, stream: LogRecord['stream'] = 'stdout'): LogRecord => ({
  time: '2026-11-22T00:00:00.000000001Z',
  stream,
  partial: false,
  text: Buffer.from(text),
});
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => aRecord(`${from + index}`));

describe('the file log store', () => {
  let directory: string;
  let ledger: Ledger;
  let store: LogStore;
  let ref: LogStreamRef;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longshore-logs-'));
    ledger = await openSqliteLedger({ directory, sealKey: new Uint8Array(32), now: () => Date.now() });
    store = await openFileLogStore({ directory: join(directory, 'logs'), ledger });
    ref = { uid: await aQueuedJob(ledger, 'job'), role: ROLE, replica: 0, attempt: 1 };
  });
  afterEach(async () => {
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  const file = () => join(directory, 'logs', ref.uid, 'main.0.1.log');
  const texts = async (selection: Partial<LogSelection> = {}, abort = new AbortController().signal) => {
    const found: string[] = [];
    const whole = { streams: 'all', follow: false, ...selection } as const;
    for await (const records of store.read(ref, whole, abort)) {
      found.push(...records.map(({ text }) => Buffer.from(text).toString('latin1')));
    }
    return found;
  };

  it('gives back what was appended, by stream', async () => {
    expect(await texts()).toEqual([]);
    expect(await store.append(ref, 0, [aRecord('out'), aRecord('err', 'stderr')])).toEqual({ next: 2 });
    expect(await store.append(ref, 2, [aRecord('\xff\0more')])).toEqual({ next: 3 });
    expect(await texts({ streams: 'stderr' })).toEqual(['err']);
    expect((await texts()).slice(0, 2)).toEqual(['out', 'err']);
    expect(await store.streams(ref.uid)).toEqual([
      { ...ref, next: 3, bytes: 136, finished: false, extents: [[0, 136]] },
    ]);
  });

  it('takes each record once, however often and in whatever order it is sent', async () => {
    const answers = await Promise.all([
      store.append(ref, 0, numbered(0, 3)),
      store.append(ref, 0, numbered(0, 3)),
      store.append(ref, 3, numbered(3, 2)),
      store.append(ref, 9, numbered(9, 1)),
      store.append(ref, 1, numbered(1, 2)),
    ]);
    expect(answers.map(({ next }) => next)).toEqual([3, 3, 5, 5, 5]);
    expect(await texts()).toEqual(['0', '1', '2', '3', '4']);
  });

  it('shows nothing of a tail that was written but never committed', async () => {
    await store.append(ref, 0, numbered(0, 2));
    await appendFile(file(), '2026-11-22T00:00:00Z stdout F a torn line that goes on and on and on and on');
    expect(await texts()).toEqual(['0', '1']);
    await store.append(ref, 2, numbered(2, 1));
    expect(await texts()).toEqual(['0', '1', '2']);
  });

  it('refuses the log of a job nobody knows and writes nothing', async () => {
    const unknown = { ...ref, uid: aUid() };
    await expect(store.append(unknown, 0, numbered(0, 1))).rejects.toMatchObject({ code: 'unknown_job' });
    await expect(readFile(join(directory, 'logs', unknown.uid))).rejects.toThrow('ENOENT');
  });

  it('follows a log while it grows and ends when it is finished', async () => {
    const following = texts({ follow: true });
    for (let at = 0; at < 20; at += 2) await store.append(ref, at, numbered(at, 2));
    await store.finish(ref);
    expect(await following).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
    expect(await texts({ follow: true })).toHaveLength(20);
  });

  it('stops following when the reader goes away', async () => {
    await store.append(ref, 0, numbered(0, 1));
    const abort = new AbortController();
    const following = texts({ follow: true }, abort.signal);
    setTimeout(() => abort.abort(), 50);
    expect(await following).toEqual(['0']);
  });

  it('reads a log larger than its reading buffer, record by record', async () => {
    const long = 'x'.repeat(16_000);
    await store.append(
      ref,
      0,
      Array.from({ length: 100 }, () => aRecord(long)),
    );
    expect(await texts()).toEqual(Array.from({ length: 100 }, () => long));
  });

  it('forgets a deleted log', async () => {
    await store.append(ref, 0, numbered(0, 1));
    await store.delete(ref.uid);
    expect(await texts()).toEqual([]);
  });
});
