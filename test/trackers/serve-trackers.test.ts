import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveTrackers } from '../../activities/trackers/serve-trackers.ts';
import type { NamedTracker, Tracker } from '../../activities/trackers/tracker.ts';
import { WebhookTracker } from '../../activities/trackers/webhook-tracker.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import { anAdmission, anEntry, aQueuedJob, succeeded } from '../ledger/builders.ts';
import { eventually } from '../support/child.ts';
import { keepCollectingGarbage } from '../support/collect-garbage.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { aService, firstComings, type Service } from './recording-tracker.ts';
import { startWebhookReceiver, takesAll } from './webhook-receiver.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

describe('deliveries to trackers', () => {
  let url: string;
  let ledger: Ledger;
  let stops: (() => Promise<void>)[];
  beforeEach(async () => {
    url = await server.createDatabase();
    stops = [];
    ledger = await open();
    await ledger.registerTrackers({ names: ['one', 'two'], only: true, ledgerId: 'this' });
  });
  afterEach(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  /** As each process has it. */
  const open = async (): Promise<Ledger> => {
    const opened = await openPostgresLedger({ url, sealKey: new Uint8Array(32), now: () => Date.now() });
    stops.push(() => opened.close());
    return opened;
  };
  /** A control worker's deliveries, over a ledger that it opened itself; again = done. */
  type Made = { readonly tracker: () => Tracker };
  const startWorker = async (trackers: Readonly<Record<string, Made>>): Promise<() => Promise<void>> => {
    const own = await open();
    const abort = new AbortController();
    const named: NamedTracker[] = Object.entries(trackers).map(([name, { tracker }]) => ({ name, tracker: tracker() }));
    const ended = serveTrackers({ ledger: own, logger: pino({ level: 'silent' }) }, named, abort.signal);
    const stop = async (): Promise<void> => {
      abort.abort();
      await ended;
    };
    stops.push(stop);
    return stop;
  };
  const admitMany = async (name: string, count: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const uid = await aQueuedJob(ledger, `${name}-${index}`);
        await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }));
      }),
    );
  };
  const has = (service: Service, count: number): Promise<true> =>
    eventually(`${count} events came`, () => (new Set(service.came.map(({ id }) => id)).size >= count ? true : null));
  const isInOrder = (service: Service): void => {
    const ids = firstComings(service.came).map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  };

  it('come in order and none is lost under load, whichever worker ends or is slow', { timeout: 90_000 }, async () => {
    const [one, two] = [aService(), aService()];
    const first = await startWorker({ one, two });
    await startWorker({ one, two });
    const load = (async () => {
      for (let round = 0; round < 4; round += 1) await admitMany(`round${round}`, 25);
    })();
    await has(one, 30);
    one.mood = 'fail';
    await sleep(1_000);
    one.mood = 'well';
    await first();
    await load;
    for (const service of [one, two]) {
      await has(service, 200);
      isInOrder(service);
    }
    await eventually('nothing is left', async () =>
      (await ledger.trackerEvents({ tracker: 'one', limit: 1 })).length === 0 ? true : null,
    );
  });

  it('come twice to nobody while two workers live', async () => {
    const [one, two] = [aService(), aService()];
    await startWorker({ one, two });
    await startWorker({ one, two });
    await admitMany('job', 30);
    await has(one, 60);
    await has(two, 60);
    await sleep(500);
    expect(one.came).toHaveLength(60);
    expect(two.came).toHaveLength(60);
  });

  it('are taken over from a worker that is silent, and not from one that lives', { timeout: 60_000 }, async () => {
    // It holds the tracker as a worker does that is then killed.
    await ledger.holdTracker({ tracker: 'one', holder: 'killed', over: null });
    const one = aService();
    await startWorker({ one });
    await aQueuedJob(ledger, 'waits');
    await sleep(3_000);
    await ledger.holdTracker({ tracker: 'one', holder: 'killed', over: null });
    await sleep(4_000);
    expect(one.came).toEqual([]);
    await has(one, 1);
  });

  it('that hang hold up neither other trackers nor admissions', { timeout: 60_000 }, async () => {
    const [one, two] = [aService(), aService()];
    const admitAll = async (name: string): Promise<number> => {
      const startedMs = performance.now();
      for (let index = 0; index < 40; index += 1) {
        const admission = anAdmission(`${name}-${index}`);
        await ledger.admit(admission);
        await ledger.confirmStarted(admission);
      }
      return performance.now() - startedMs;
    };
    const stop = await startWorker({ one, two });
    const wellMs = await admitAll('well');
    await has(two, 40);
    one.mood = 'hang';
    const hangingMs = await admitAll('hanging');
    await has(two, 80);
    // Far from a limit: what hangs would show as seconds.
    expect(hangingMs).toBeLessThan(wellMs * 3 + 2_000);
    const endedMs = performance.now();
    await stop();
    expect(performance.now() - endedMs).toBeLessThan(5_000);
    one.mood = 'well';
    await startWorker({ one, two });
    await has(one, 80);
    isInOrder(one);
  });

  it('reach a webhook that hung soon after it answers again, many in a second', { timeout: 90_000 }, async () => {
    const receiver = await startWebhookReceiver();
    const options = { url: receiver.url, secret: new Uint8Array(24), timeoutMs: 1_000 };
    const tracker = new WebhookTracker(options, { now: () => Date.now(), logger: pino({ level: 'silent' }) });
    stops.push(receiver.down, () => tracker.close());
    const stopCollecting = keepCollectingGarbage();
    stops.push(() => Promise.resolve(stopCollecting()));
    await startWorker({ one: { tracker: () => tracker } });
    receiver.answer = null;
    await admitMany('job', 200);
    await eventually('it is tried again', () => (receiver.received.length > 2 ? true : null));
    receiver.answer = takesAll;
    await eventually('it has one', () => (receiver.applied.length > 0 ? true : null));
    const startedMs = performance.now();
    await eventually('it has all', () => (receiver.applied.length === 400 ? true : null));
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect(receiver.received.length).toBeLessThan(420);
  });

  it('wait in the ledger while that is away', { timeout: 60_000 }, async () => {
    const one = aService();
    await startWorker({ one });
    await admitMany('before', 5);
    await has(one, 10);
    await server.crash();
    await sleep(500);
    await server.start();
    await eventually('a job is admitted', async () =>
      admitMany('after', 5).then(
        () => true,
        () => null,
      ),
    );
    await has(one, 20);
    isInOrder(one);
  });
});
