import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, OutboxEntry } from '../../ledger/ledger.ts';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import type { Hello } from '../../model/host.ts';
import { hostNameSchema } from '../../model/ids.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { notHeard, aHello, aQueuedJob, HOST, place, POOL } from './builders.ts';

let server: PostgresServer;
/** How far the ledgers' clock is ahead: what is promised for later is due then. */
let aheadMs = 0;
let ledgers: readonly [Ledger, Ledger];
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  aheadMs = 0;
  const options = { url: await server.createDatabase(), sealKey: new Uint8Array(32), now: () => Date.now() + aheadMs };
  ledgers = [await openPostgresLedger(options), await openPostgresLedger(options)];
});
afterEach(async () => {
  for (const ledger of ledgers) await ledger.close();
});

/** In turns of one ledger and the other, all at once. */
const atOnce = <T>(count: number, ask: (ledger: Ledger, index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(ledgers[index % 2 === 0 ? 0 : 1], index)));
const helloOf = (name: string, changes: Partial<Hello> = {}): Hello =>
  aHello({
    name: hostNameSchema.parse(name),
    journalId: `journal of ${name}`,
    engineId: `engine of ${name}`,
    ...changes,
  });
const workersOf = async (ledger: Ledger): Promise<readonly number[]> =>
  (await ledger.hosts()).flatMap(({ workers }) => workers);
const wholeOutbox = async (ledger: Ledger): Promise<readonly OutboxEntry[]> => {
  const all: OutboxEntry[] = [];
  for (;;) {
    const entries = await ledger.takeOutbox({ limit: 100, leaseMs: 60_000 });
    if (entries.length === 0) return all;
    all.push(...entries);
    await ledger.finishOutbox({ ids: entries.map(({ id }) => id) });
  }
};

describe('hosts of a ledger that two processes share', { timeout: 60_000 }, () => {
  it('join at once, each hello said to both, with every worker once', async () => {
    const hellos = Array.from({ length: 10 }, (_, index) => helloOf(`host-${index}`));
    const verdicts = await atOnce(40, (ledger, index) => ledger.hello(hellos[Math.floor(index / 2) % 10] ?? aHello()));
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['accepted']));
    for (const ledger of ledgers) {
      expect((await ledger.hosts()).map(({ name }) => name)).toEqual(hellos.map(({ name }) => name));
      const workers = await workersOf(ledger);
      expect(workers).toHaveLength(40);
      expect(new Set(workers).size).toBe(40);
    }
  });

  it.each([
    ['one name', (index: number) => helloOf('twin', { journalId: `j${index}`, engineId: `e${index}` })],
    ['one engine', (index: number) => helloOf(`twin-${index}`, { engineId: 'shared' })],
    ['one data directory', (index: number) => helloOf(`twin-${index}`, { journalId: 'copied' })],
  ])('that share %s are accepted once, whichever process is asked', async (_what, said) => {
    const verdicts = await atOnce(6, (ledger, index) => ledger.hello(said(index)));
    expect(verdicts.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(await ledgers[0].hosts()).toHaveLength(1);
  });

  it('begin one new generation when several have seen more than the ledger has', async () => {
    const highestEpoch = { generation: 5, counter: 3 };
    const verdicts = await atOnce(6, (ledger, index) => ledger.hello(helloOf(`host-${index}`, { highestEpoch })));
    expect(verdicts).toMatchObject(verdicts.map(() => ({ kind: 'accepted', generation: 6 })));
    expect((await ledgers[1].hosts()).map(({ isGreeted }) => isGreeted)).toEqual(verdicts.map(() => true));
  });

  it('get and lose each worker once', async () => {
    for (const name of ['host-a', 'host-b']) await ledgers[0].hello(helloOf(name));
    const added = await atOnce(20, (ledger) => ledger.addWorker({ pool: POOL }));
    const ids = added.flatMap((answer) => (answer.kind === 'added' ? [answer.id] : []));
    expect(new Set(ids).size).toBe(20);
    expect((await ledgers[1].hosts()).map(({ workers }) => workers.length)).toEqual([14, 14]);
    const removed = await atOnce(40, (ledger, index) => ledger.removeWorker({ id: ids[Math.floor(index / 2)] ?? -1 }));
    expect(removed.filter(({ kind }) => kind === 'removed')).toHaveLength(20);
    expect(new Set(await workersOf(ledgers[1])).size).toBe(8);
  });

  it('are removed once as destroyed, and each of their jobs is told once', async () => {
    const [one, other] = ledgers;
    await one.hello(aHello());
    const uids = [await aQueuedJob(one, 'first'), await aQueuedJob(other, 'second')];
    for (const [index, uid] of uids.entries()) await place(one, uid, [`gpu-${index}`]);
    const kept = await atOnce(4, (ledger) => ledger.removeHost({ name: HOST, destroyed: false }));
    expect(kept).toEqual(kept.map(() => ({ kind: 'holds', held: 2 })));
    await notHeard(one);
    const removed = await atOnce(4, (ledger) => ledger.removeHost({ name: HOST, destroyed: true }));
    expect(removed).toEqual(removed.map(() => ({ kind: 'removed' })));
    expect(await other.heldResources({ host: null })).toEqual([]);
    aheadMs = 60_000;
    const told = (await wholeOutbox(other)).filter(({ message }) => message.kind === 'host_lost');
    expect(told.map(({ uid }) => uid).toSorted()).toEqual(uids.toSorted());
  });
});
