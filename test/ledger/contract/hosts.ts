import { beforeEach, describe, expect, it } from 'vitest';
import { hostNameSchema } from '../../../model/ids.ts';
import type { HostStanding } from '../../../model/host.ts';
import { planPool } from '../../../scheduling/plan-pool.ts';
import {
  aClaimedJob,
  aHello,
  aQueuedJob,
  aSpec,
  aUid,
  aJobId,
  anEntry,
  HOST,
  notHeard,
  place,
  POOL,
  ROLE,
  stateOf,
  succeeded,
} from '../builders.ts';
import type { OutboxEntry } from '../../../ledger/ledger.ts';
import { LATER } from '../../scheduling/builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const OTHER = hostNameSchema.parse('host-b');
const THIRD = hostNameSchema.parse('host-c');
const standing = (changes: Partial<HostStanding> = {}): HostStanding => ({
  condition: 'up',
  sinceMs: 1,
  cordoned: false,
  drain: null,
  ...changes,
});

export const hostContract = (open: OpenLedger) =>
  describe('hosts', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const refusal = async (changes: Parameters<typeof aHello>[0]): Promise<string> => {
      const verdict = await opened.ledger.hello(aHello(changes));
      return verdict.kind === 'refused' ? verdict.because : verdict.kind;
    };

    /** All that is to be told, each job's messages one after the other. */
    const outbox = async (): Promise<readonly OutboxEntry[]> => {
      const { ledger, clock } = opened;
      clock.nowMs += 60_000;
      const taken = await ledger.takeOutbox({ limit: 50, leaseMs: 0 });
      await ledger.finishOutbox({ ids: taken.map(({ id }) => id) });
      return taken.length === 0 ? [] : [...taken, ...(await outbox())];
    };

    it('refuses copies of a data directory, another host’s name, and one engine under two names, in words', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const journalId = aHello().journalId;
      expect(await refusal({ name: OTHER, engineId: 'engine-2', journalId })).toContain(`a copy of host ${HOST}'s`);
      expect(await refusal({ journalId: 'another', engineId: 'engine-2' })).toContain('another host goes by the name');
      expect(await refusal({ name: OTHER })).toContain(`is host ${HOST}'s already`);
      expect(await refusal({ engineId: 'engine-2' })).toContain('is up with Docker engine engine-1');
      expect(await refusal({ incarnation: 'b', incarnations: ['incarnation-1', 'b'] })).toBe('accepted');
      expect(await refusal({ incarnation: 'c', incarnations: ['incarnation-1', 'c'] })).toContain('an older copy');
    });

    it('gives a host nothing while it is suspect, cordoned or drained, and only a newer word changes that', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const uid = await aQueuedJob(ledger, 'waits');
      let revision = 10;
      for (const facts of [{ condition: 'suspect' }, { cordoned: true }, { drain: { deadlineMs: null } }] as const) {
        await ledger.recordHost({ name: HOST, revision: (revision += 1), standing: standing(facts) });
        expect(await ledger.hosts()).toMatchObject([{ placeable: false, ...facts }]);
        await expect(place(ledger, uid)).rejects.toThrow('nothing was placed');
      }
      await ledger.recordHost({ name: HOST, revision: 5, standing: standing() });
      expect(await ledger.hosts()).toMatchObject([{ placeable: false }]);
      await ledger.recordHost({ name: HOST, revision: (revision += 1), standing: standing() });
      expect((await place(ledger, uid)).uid).toBe(uid);
    });

    it('keeps a host that holds something unless it is destroyed, and then tells each job', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'there', ['gpu-0']);
      expect(await ledger.removeHost({ name: HOST, destroyed: false })).toEqual({ kind: 'holds', held: 1 });
      expect(await ledger.removeHost({ name: HOST, destroyed: true })).toEqual({ kind: 'up' });
      expect(await ledger.heldResources({ host: null })).toHaveLength(1);
      await notHeard(ledger);
      expect(await ledger.removeHost({ name: HOST, destroyed: true })).toEqual({ kind: 'removed' });
      expect(await ledger.heldResources({ host: null })).toEqual([]);
      const lost = (await outbox()).filter(({ message }) => message.kind === 'host_lost');
      expect(lost).toMatchObject([{ message: { signal: { uid: signal.uid, epoch: signal.placement.epoch } } }]);
      expect(await ledger.hello(aHello())).toMatchObject({ kind: 'refused' });
      expect(await ledger.hello(aHello({ journalId: 'empty' }))).toMatchObject({ kind: 'accepted' });
    });

    it('cancels what runs on a drained host at its deadline', async () => {
      const { ledger } = opened;
      const { uid } = await aClaimedJob(ledger, 'there');
      const waiting = await aQueuedJob(ledger, 'waits');
      await ledger.evictHost({ name: HOST, because: 'host drained' });
      expect(await stateOf(ledger, uid)).toBe('stopping');
      expect(await stateOf(ledger, waiting)).toBe('queued');
    });

    it('gives away nothing that a host holds under an epoch it does not know, until that is gone', async () => {
      const { ledger } = opened;
      const epoch = { generation: 1, counter: 9 };
      const unknown = { uid: aUid(), jobId: aJobId('unknown'), role: ROLE, replica: 0, attempt: 1, epoch };
      const held = [{ ...unknown, phase: 'started' as const, containerRunning: true, gpuIds: ['gpu-1'] }];
      expect(await ledger.hello(aHello({ held, highestEpoch: epoch }))).toMatchObject({
        kind: 'accepted',
        generation: 2,
      });
      const snapshot = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 1 });
      expect(snapshot.held).toMatchObject([{ uid: unknown.uid, host: HOST, gpuIds: ['gpu-1'] }]);
      expect((await ledger.leftovers(unknown)).held).toMatchObject([{ host: HOST, placement: { epoch } }]);
      const exit = { exitCode: 0, oomKilled: false, signal: null, startedAtMs: 1, finishedAtMs: 2 };
      const notice = { kind: 'exited', replica: unknown, exit: { ...exit, endedBy: 'itself' }, atMs: 2 } as const;
      await ledger.report({ notices: [notice] });
      expect(await ledger.heldResources({ host: HOST })).toEqual([]);
    });

    it('gives nothing on a host that reports less than it holds, until what it holds fits again', async () => {
      const { ledger } = opened;
      const { inventory } = aHello();
      const signal = await aClaimedJob(ledger, 'holds', ['gpu-1']);
      const waits = await aQueuedJob(ledger, 'waits');
      const planned = async (): Promise<readonly unknown[]> => {
        const { queued, hosts, held } = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 10 });
        return planPool(queued, hosts, held, LATER).placements;
      };
      expect(await planned()).toMatchObject([{ uid: waits, host: HOST }]);
      for (const less of [{ gpuIds: ['gpu-0'] }, { gpuIds: [] }, { slots: 1 }, { slots: 0 }]) {
        await ledger.hello(aHello({ inventory: { ...inventory, ...less } }));
        expect(await planned()).toEqual([]);
        expect((await ledger.heldResources({ host: HOST })).map(({ gpuIds }) => gpuIds)).toEqual([['gpu-1']]);
      }
      await ledger.hello(aHello({ inventory: { ...inventory, gpuIds: [] } }));
      const { uid, placement } = signal;
      const gone = { epoch: placement.epoch, proof: 'exited' } as const;
      await ledger.record({ ...anEntry(uid, 9, { kind: 'outcome', outcome: succeeded }), release: gone });
      expect(await planned()).toMatchObject([{ uid: waits }]);
    });

    it('refuses a job that fits nowhere with the numbers, and lets the next one pass', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const large = await aQueuedJob(ledger, 'large', { spec: aSpec({ gpus: 3 }) });
      const next = await aQueuedJob(ledger, 'next', { spec: aSpec({ gpus: 2 }) });
      const { queued, hosts, held } = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 10 });
      const { token } = await ledger.beginPlanning({ pool: POOL });
      const round = { pool: POOL, token, ...planPool(queued, hosts, held, LATER) };
      expect(await ledger.commitRound(round)).toMatchObject({ placed: [{ signal: { uid: next } }] });
      expect((await ledger.jobByUid({ uid: large }))?.record).toMatchObject({ state: 'failed', reason: 'never_fits' });
      expect((await ledger.jobByUid({ uid: large }))?.record.sentence).toContain('more GPUs (3) than available (2)');
    });

    it('takes one of two hellos at once that are for one name or one engine, and one placement of a GPU', async () => {
      const { ledger } = opened;
      const kinds = async (...said: Parameters<typeof aHello>[0][]): Promise<readonly string[]> =>
        (await Promise.all(said.map((one) => ledger.hello(aHello(one))))).map(({ kind }) => kind).toSorted();
      expect(await kinds({ journalId: 'x', engineId: 'e1' }, { journalId: 'y', engineId: 'e2' })).toEqual([
        'accepted',
        'refused',
      ]);
      expect(await kinds({ name: OTHER, engineId: 'e3' }, { name: THIRD, engineId: 'e3' })).toEqual([
        'accepted',
        'refused',
      ]);
      const uids = await Promise.all(['a', 'b'].map((name) => aQueuedJob(ledger, name)));
      const { token } = await ledger.beginPlanning({ pool: POOL });
      const rounds = await Promise.all(
        uids.map((uid) =>
          ledger.commitRound({ pool: POOL, token, placements: [{ uid, host: HOST, gpuIds: ['gpu-0'] }], refusals: [] }),
        ),
      );
      expect(rounds.flatMap((round) => (round.kind === 'committed' ? round.placed : []))).toHaveLength(1);
      const [placed] = await ledger.heldResources({ host: HOST });
      await notHeard(ledger);
      const answers = await Promise.all(
        [false, true, true].map((destroyed) => ledger.removeHost({ name: HOST, destroyed })),
      );
      expect(answers.filter(({ kind }) => kind === 'removed').length).toBeGreaterThanOrEqual(2);
      const told = (await outbox()).filter(({ message }) => message.kind === 'host_lost');
      expect(told).toMatchObject([{ uid: placed?.uid }]);
      await ledger.recordHost({ name: HOST, revision: Number.MAX_SAFE_INTEGER, standing: standing() });
      expect((await ledger.hosts()).find(({ name }) => name === HOST)).toMatchObject({ condition: 'removed' });
    });

    it('tells a host that repeats its hello what had been given when it was taken in, not what was placed there since', async () => {
      const { ledger } = opened;
      const said = aHello();
      const first = await ledger.hello(said);
      const uid = await aQueuedJob(ledger, 'since');
      const { placement } = await place(ledger, uid);
      expect(await ledger.hello(said)).toEqual(first);
      const next = await ledger.hello(aHello({ session: 'next' }));
      expect(next).toMatchObject({ kind: 'accepted', highestEpoch: placement.epoch });
    });

    it('begins a new generation when an earlier planner gave a higher epoch, and places nothing before a hello', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const { epoch } = await ledger.beginPlanning({ pool: POOL, highestEpoch: { generation: 1, counter: 7 } });
      expect(epoch).toEqual({ generation: 2, counter: 0 });
      expect(await ledger.hosts()).toMatchObject([{ isGreeted: false, placeable: false }]);
      await ledger.hello(aHello());
      expect(await ledger.hosts()).toMatchObject([{ isGreeted: true, placeable: true }]);
    });
  });
