import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import type { Ledger, Topic } from '../../ledger/ledger.ts';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import { eventually, startChild } from '../support/child.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { anAdmission, aHello, aQueuedJob, aUid, HOST, listed, POOL, ROLE } from './builders.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
let url: string;
beforeEach(async () => {
  url = await server.createDatabase();
});

const open = async (at = url): Promise<Ledger> => {
  const ledger = await openPostgresLedger({ url: at, sealKey: new Uint8Array(32), now: () => Date.now() });
  undo.push(() => ledger.close());
  return ledger;
};
const hearing = (ledger: Ledger): Topic[] => {
  const heard: Topic[] = [];
  ledger.subscribe((topics) => heard.push(...topics));
  return heard;
};
const hears = (heard: readonly Topic[], topic: Topic): Promise<true> =>
  eventually(`hears ${topic}`, () => (heard.includes(topic) ? true : null), { everyMs: 10 });

describe('a ledger in PostgreSQL that several share', () => {
  it('is made once by all that open it at the same time', async () => {
    const ledgers = await Promise.all([open(), open(), open(), open()]);
    await Promise.all(ledgers.map((ledger) => ledger.check()));
  });

  it('gives every admission a position of its own, and each reads what another was answered', async () => {
    const [one, other] = [await open(), await open()];
    const names = Array.from({ length: 40 }, (_, index) => `job-${index}`);
    await Promise.all(names.map((name, index) => (index % 2 === 0 ? one : other).admit(anAdmission(name))));
    for (const ledger of [one, other]) {
      const queued = await listed(ledger, 'queued');
      expect(queued.map(({ position }) => position)).toEqual(names.map((_, index) => index));
      expect(new Set(queued.map(({ record }) => record.jobId))).toEqual(new Set(names));
    }
    const last = anAdmission('last');
    await one.admit(last);
    expect((await other.job(last))?.record.uid).toBe(last.uid);
  });

  it('admits one of many equal submissions, wherever they come in, and refuses what goes beyond the limit', async () => {
    const [one, other] = [await open(), await open()];
    const at = (index: number): Ledger => (index % 2 === 0 ? one : other);
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, index) => at(index).admit(anAdmission('crowd'))));
    expect(crowd.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
    const many = Array.from({ length: 20 }, (_, index) =>
      at(index).admit(anAdmission(`m-${index}`, { maxQueued: 11 })),
    );
    expect((await Promise.all(many)).filter(({ kind }) => kind === 'admitted')).toHaveLength(10);
  });

  it('lets two planners that overlap place a job once', async () => {
    const [one, other] = [await open(), await open()];
    await one.hello(aHello());
    const uid = await aQueuedJob(one, 'wanted');
    const { token } = await one.beginPlanning({ pool: POOL });
    const round = { pool: POOL, token, placements: [{ uid, host: HOST, gpuIds: ['gpu-0'] }], refusals: [] };
    const answers = await Promise.all([one, other, one, other].map((ledger) => ledger.commitRound(round)));
    expect(answers.flatMap((answer) => (answer.kind === 'committed' ? answer.placed : []))).toHaveLength(1);
  });

  it('tells every process what changed, a great deal at once too', async () => {
    const [one, other] = [await open(), await open()];
    const heard = hearing(other);
    await hears(heard, 'everything');
    const uid = await aQueuedJob(one, 'told');
    await hears(heard, `job:${uid}`);
    await hears(heard, 'queue');
    await Promise.all(Array.from({ length: 300 }, (_, index) => one.admit(anAdmission(`many-${index}`))));
    const last = anAdmission('last');
    await one.admit(last);
    await hears(heard, `job:${last.uid}`);
    // One transaction whose topics are more than one notification may hold.
    heard.length = 0;
    expect(await one.clearQueue({ pool: POOL, because: 'test' })).toEqual({ removed: 302 });
    await hears(heard, `job:${last.uid}`);
    expect(heard.filter((topic) => topic.startsWith('job:'))).toHaveLength(302);
    expect(heard).not.toContain('everything');
  });

  it('keeps what is committed of a log while two processes append to it', { timeout: 120_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-race-'));
    undo.push(() => rm(directory, { recursive: true }));
    const ledger = await open();
    const store = await openFileLogStore({ directory, ledger });
    const ref = { uid: await aQueuedJob(ledger, 'raced'), role: ROLE, replica: 0, attempt: 1 };
    const texts = async (): Promise<readonly string[]> => {
      const found: string[] = [];
      const whole = { streams: 'all', follow: false } as const;
      for await (const records of store.read(ref, whole, new AbortController().signal)) {
        found.push(...records.map(({ text }) => Buffer.from(text).toString()));
      }
      return found;
    };
    const script = join(import.meta.dirname, 'append-in-race.js');
    const rivals = await Promise.all(
      ['a', 'bb'].map((name) => startChild(process.execPath, [script, url, directory, ref.uid, name, '400'])),
    );
    let earlier: readonly string[] = [];
    const ends = rivals.map((rival) => rival.ended());
    const race = { isOn: true };
    const raced = Promise.all(ends).finally(() => (race.isOn = false));
    while (race.isOn) {
      const now = await texts();
      expect(now.slice(0, earlier.length)).toEqual(earlier);
      earlier = now;
    }
    expect([await raced, ...rivals.map((rival) => rival.output())]).toEqual([[0, 0], '', '']);
    const all = await texts();
    expect(all.length).toBeGreaterThanOrEqual(400);
    for (const [index, text] of all.entries()) {
      expect([`${index} ${'a'.repeat(1 + (index % 7))}`, `${index} ${'bb'.repeat(1 + (index % 7))}`]).toContain(text);
    }
  });
});

describe('a PostgreSQL server that goes away', () => {
  it(
    'is said to be unavailable, comes back by itself, and loses nothing acknowledged',
    { timeout: 60_000 },
    async () => {
      const ledger = await open();
      const heard = hearing(ledger);
      const kept: string[] = [];
      const refused: unknown[] = [];
      const stop = new AbortController();
      const admitting = (async () => {
        for (let index = 0; !stop.signal.aborted; index += 1) {
          const { jobId, ...rest } = anAdmission(`job-${index}`);
          const answer = await ledger.admit({ jobId, ...rest }).catch((error: unknown) => void refused.push(error));
          if (answer !== undefined) kept.push(jobId);
          else await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      await eventually('some are admitted', () => (kept.length > 20 ? true : null));
      await server.crash();
      await eventually('some are refused', () => (refused.length > 3 ? true : null));
      for (const error of refused) expect(error).toMatchObject({ code: 'ledger_unavailable' });
      await expect(listed(ledger, 'queued')).rejects.toMatchObject({ code: 'ledger_unavailable' });
      await expect(ledger.check()).rejects.toMatchObject({ code: 'ledger_unavailable' });
      heard.length = 0;
      const before = kept.length;
      await server.start();
      await eventually('it goes on', () => (kept.length > before + 5 ? true : null));
      await hears(heard, 'everything');
      stop.abort();
      await admitting;
      const queued = new Set((await listed(ledger, 'queued')).map(({ record }) => String(record.jobId)));
      expect(kept.filter((name) => !queued.has(name))).toEqual([]);
    },
  );

  it('may be away when the ledger is opened', { timeout: 60_000 }, async () => {
    await server.crash();
    const ledger = await open();
    await expect(ledger.check()).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await server.start();
    await ledger.admit(anAdmission('late'));
  });

  it('knows what became of a commit whose answer was lost on the way', async () => {
    const proxy = await startCuttingProxy(server.port);
    undo.push(() => proxy.close());
    const ledger = await open(url.replace(`:${server.port}/`, `:${proxy.port}/`));
    await ledger.check();
    proxy.cutAfter(';COMMIT');
    const admission = anAdmission('answered');
    expect(await ledger.admit(admission)).toMatchObject({ kind: 'admitted' });
    expect((await ledger.job(admission))?.record.uid).toBe(admission.uid);
  });

  it('undoes only the verb that failed in a shared commit', async () => {
    const ledger = await open();
    const uid = aUid();
    const answers = await Promise.allSettled([
      ledger.admit(anAdmission('one', { uid })),
      ledger.admit(anAdmission('two', { uid })),
      ledger.admit(anAdmission('three')),
      ledger.claim({ uid: aUid(), runId: 'r', epoch: { generation: 1, counter: 1 } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(answers[1]).toMatchObject({ reason: { code: 'ledger_unavailable' } });
    expect(answers[3]).toMatchObject({ reason: { code: 'unknown_job' } });
    expect((await listed(ledger, 'queued')).map(({ record }) => record.jobId)).toEqual(['one', 'three']);
  });
});

describe('what is said of a PostgreSQL server', () => {
  it.each([
    ['a database that is not there', () => url.replace(/\/ledger_\d+$/, '/nowhere'), 'ledger_refused'],
    ['another kind of server', () => 'mysql://ann:s3cret@localhost/x', 'bad_config'],
    ['what is no URL', () => 'postgres//ann:s3cret@', 'bad_config'],
  ])('refuses %s at once, and never shows the password', async (_what, at, code) => {
    const refusal = await openPostgresLedger({ url: at(), sealKey: new Uint8Array(32), now: () => 0 }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code });
    const shown = JSON.stringify(refusal) + String(refusal) + String(refusal instanceof Error && refusal.stack);
    expect(shown).not.toMatch(/s3cret|a-password-that-nobody-must-see/);
  });
});
