import { beforeEach, describe, expect, it } from 'vitest';
import type { Topic } from '../../../ledger/ledger.ts';
import { hostNameSchema } from '../../../model/ids.ts';
import {
  aClaimedJob,
  aHello,
  aJobId,
  anAdmission,
  anEntry,
  anExit,
  aQueuedJob,
  failed,
  HOST,
  aSpec,
  place,
  POOL,
  progress,
  proof,
  ROLE,
  RUN,
  stateOf,
  succeeded,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const suspected = { condition: 'suspect', sinceMs: 1, cordoned: false, drain: null } as const;

export const placingContract = (open: OpenLedger) =>
  describe('planning, placements and hosts', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });

    it('shows the planner confirmed jobs in queue order, hosts, and what is held', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'holds', ['gpu-0']);
      const first = await aQueuedJob(ledger, 'first');
      await ledger.admit(anAdmission('unconfirmed'));
      const second = await aQueuedJob(ledger, 'second');
      const snapshot = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 10 });
      expect(snapshot.queued.map(({ uid, position }) => [uid, position])).toEqual([
        [first, 0],
        [second, 1],
      ]);
      expect(snapshot.held).toMatchObject([{ uid: signal.uid, host: HOST, gpuIds: ['gpu-0'] }]);
      expect(snapshot.hosts).toEqual(await ledger.hosts());
      expect(snapshot.hosts).toMatchObject([{ name: HOST, engineId: 'engine-1', placeable: true }]);
      expect((await ledger.plannerSnapshot({ pool: POOL, maxQueued: 1 })).queued).toHaveLength(1);
    });

    it('lets only the newest planner commit', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const uid = await aQueuedJob(ledger, 'fenced');
      const old = await ledger.beginPlanning({ pool: POOL });
      const placements = [{ uid, host: HOST, gpuIds: [] }];
      const young = await ledger.beginPlanning({ pool: POOL });
      expect(young.token).toBeGreaterThan(old.token);
      const round = { pool: POOL, placements, refusals: [] };
      expect(await ledger.commitRound({ ...round, token: old.token })).toEqual({ kind: 'stale' });
      expect(await ledger.commitRound({ ...round, token: young.token })).toMatchObject({
        placed: [{ signal: { uid } }],
      });
    });

    it('never gives a GPU or a job twice, even within one round', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const [a, b] = [await aQueuedJob(ledger, 'a'), await aQueuedJob(ledger, 'b')];
      const { token } = await ledger.beginPlanning({ pool: POOL });
      const answer = await ledger.commitRound({
        pool: POOL,
        token,
        placements: [
          { uid: a, host: HOST, gpuIds: ['gpu-0'] },
          { uid: b, host: HOST, gpuIds: ['gpu-0'] },
          { uid: a, host: HOST, gpuIds: ['gpu-1'] },
        ],
        refusals: [],
      });
      expect(answer).toMatchObject({ placed: [{ signal: { uid: a, placement: { gpuIds: ['gpu-0'] } } }] });
      expect(answer.kind === 'committed' && answer.placed.length).toBe(1);
      expect(await stateOf(ledger, b)).toBe('queued');
      expect((await place(ledger, b, ['gpu-1'])).placement.gpuIds).toEqual(['gpu-1']);
    });

    it('holds GPUs through the outcome until there is proof that the container is gone', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'holds', ['gpu-0']);
      await ledger.record(anEntry(signal.uid, 1, { kind: 'outcome', outcome: failed }));
      const next = await aQueuedJob(ledger, 'next');
      await expect(place(ledger, next, ['gpu-0'])).rejects.toThrow('nothing was placed');
      expect((await ledger.leftovers(signal)).held).toMatchObject([
        { host: HOST, placement: signal.placement, attempt: 1 },
      ]);
      const heard: Topic[] = [];
      ledger.subscribe((topics) => heard.push(...topics));
      const release = proof(signal, 'exited');
      await ledger.record(anEntry(signal.uid, 2, progress('stopping'), { release }));
      expect(heard).toContain('queue');
      expect((await ledger.leftovers(signal)).held).toEqual([]);
      expect((await place(ledger, next, ['gpu-0'])).uid).toBe(next);
    });

    it('releases with the end what nobody claimed, and not on the word that nobody claimed it', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const unclaimed = await place(ledger, await aQueuedJob(ledger, 'unclaimed'), ['gpu-0']);
      await ledger.record(anEntry(unclaimed.uid, 1, { kind: 'outcome', outcome: failed }));
      expect((await ledger.leftovers(unclaimed)).held).toEqual([]);
      const claimed = await aClaimedJob(ledger, 'claimed', ['gpu-0']);
      const release = proof(claimed, 'never_claimed');
      await ledger.record(anEntry(claimed.uid, 1, { kind: 'outcome', outcome: failed }, { release }));
      expect((await ledger.leftovers(claimed)).held).toHaveLength(1);
    });

    it('refuses the claim of an older or released placement', async () => {
      const { ledger } = opened;
      const first = await aClaimedJob(ledger, 'moved');
      const { uid } = first;
      const entry = { kind: 'requeue', attempt: 1, reason: 'waiting_for_placement', sentence: 'again' } as const;
      await ledger.record(anEntry(uid, 1, entry, { release: proof(first, 'absent') }));
      const second = await place(ledger, uid);
      const claim = (signal: typeof first) => ledger.claim({ uid, runId: RUN, epoch: signal.placement.epoch });
      expect(await claim(first)).toMatchObject({ kind: 'refused' });
      expect(await claim(second)).toEqual({ kind: 'claimed' });
      expect(await claim(second)).toEqual({ kind: 'claimed' });
      await ledger.record(anEntry(uid, 2, progress('stopping'), { release: proof(second, 'exited') }));
      expect(await claim(second)).toMatchObject({ kind: 'refused' });
      await ledger.record(anEntry(uid, 3, { kind: 'outcome', outcome: succeeded }));
      expect(await claim(second)).toEqual({ kind: 'ended', outcome: succeeded });
    });

    it('places no more than its host has left, whatever another planner decided at the same time', async () => {
      const { ledger } = opened;
      const { inventory } = aHello();
      await ledger.hello(aHello({ inventory: { ...inventory, slots: 2 } }));
      const uids = await Promise.all(['a', 'b', 'c'].map((name) => aQueuedJob(ledger, name)));
      const { token } = await ledger.beginPlanning({ pool: POOL });
      const round = (planned: typeof uids) => {
        const placements = planned.map((uid) => ({ uid, host: HOST, gpuIds: [] }));
        return ledger.commitRound({ pool: POOL, token, placements, refusals: [] });
      };
      const rounds = await Promise.all([round(uids.slice(0, 2)), round(uids.slice(1))]);
      expect(rounds.flatMap((one) => (one.kind === 'committed' ? one.placed : []))).toHaveLength(2);
      await ledger.hello(aHello({ inventory: { ...inventory, memoryBytes: 5 } }));
      const spec = aSpec({ memoryBytes: 3 });
      const [one, two] = [await aQueuedJob(ledger, 'one', { spec }), await aQueuedJob(ledger, 'two', { spec })];
      expect(await round([one, two])).toMatchObject({ placed: [{ signal: { uid: one } }] });
    });

    it('carries each placement in the outbox, one entry of a job at a time and in order', async () => {
      const { ledger, clock } = opened;
      await ledger.hello(aHello());
      const signal = await place(ledger, await aQueuedJob(ledger, 'told'));
      await ledger.requestCancel({ jobId: aJobId('told'), graceSec: null, signal: null, because: 'test' });
      const take = () => ledger.takeOutbox({ limit: 10, leaseMs: 1_000 });
      expect(await take()).toEqual([]);
      clock.nowMs += 1_500;
      const [placed] = await take();
      expect(placed?.message).toEqual({ kind: 'placed', signal });
      expect(await take()).toEqual([]);
      clock.nowMs += 1_000;
      expect(await take()).toMatchObject([{ id: placed?.id, tries: 2 }]);
      await ledger.finishOutbox({ ids: [placed?.id ?? 0] });
      expect(await take()).toMatchObject([{ message: { kind: 'cancel' } }]);
    });

    it('fails a job that no host could ever hold, with the planner’s words', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'huge');
      const { token } = await ledger.beginPlanning({ pool: POOL });
      const refusals = [{ uid, sentence: 'asks for 9 GPUs; the largest host has 2' }];
      await ledger.commitRound({ pool: POOL, token, placements: [], refusals });
      expect((await ledger.jobByUid({ uid }))?.record).toMatchObject({ state: 'failed', reason: 'never_fits' });
      expect(await ledger.takeOutbox({ limit: 1, leaseMs: 1 })).toMatchObject([{ uid, message: { kind: 'cancel' } }]);
    });

    it('begins a new generation when a host has seen more than the ledger, and waits for every host’s hello', async () => {
      const { ledger } = opened;
      const other = hostNameSchema.parse('host-b');
      expect(await ledger.hello(aHello())).toMatchObject({ kind: 'accepted', generation: 1 });
      const said = aHello({ name: other, engineId: 'engine-2', highestEpoch: { generation: 4, counter: 7 } });
      expect(await ledger.hello(said)).toMatchObject({ kind: 'accepted', generation: 5 });
      const uid = await aQueuedJob(ledger, 'restored');
      await expect(place(ledger, uid)).rejects.toThrow('nothing was placed');
      expect((await ledger.hosts()).map(({ name, placeable }) => [name, placeable])).toEqual([
        [HOST, false],
        [other, true],
      ]);
      await ledger.hello(aHello());
      expect((await place(ledger, uid)).placement.epoch).toEqual({ generation: 5, counter: 1 });
      expect(await ledger.hello(aHello({ highestEpoch: { generation: 5, counter: 1 } }))).toMatchObject({
        generation: 5,
      });
    });

    it('refuses another engine under a host’s name while something there is not accounted for', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'there');
      const swapped = aHello({ engineId: 'engine-9' });
      expect(await ledger.hello(swapped)).toMatchObject({
        kind: 'refused',
        because: expect.stringContaining('engine-1'),
      });
      await ledger.record(anEntry(signal.uid, 1, progress('stopping'), { release: proof(signal, 'exited') }));
      await ledger.recordHost({ name: HOST, revision: 1, standing: suspected });
      expect(await ledger.hello(swapped)).toMatchObject({ kind: 'accepted' });
      expect(await ledger.hosts()).toMatchObject([{ engineId: 'engine-9', condition: 'up' }]);
    });

    it('moves a live job on by what its host reports, and never ends or releases it', async () => {
      const { ledger } = opened;
      const { uid, placement } = await aClaimedJob(ledger, 'reported');
      const replica = { uid, jobId: aJobId('reported'), role: ROLE, replica: 0, attempt: 1, epoch: placement.epoch };
      const started = { kind: 'started', replica, containerId: 'c1', atMs: 5_000 } as const;
      const stale = { ...started, replica: { ...replica, epoch: { generation: 1, counter: 0 } } };
      await ledger.report({ notices: [stale] });
      expect(await stateOf(ledger, uid)).toBe('preparing');
      await ledger.report({ notices: [started, started] });
      expect((await ledger.jobByUid({ uid }))?.record).toMatchObject({ state: 'running', startedAtMs: 5_000 });
      await ledger.report({ notices: [{ kind: 'exited', replica, exit: anExit(3), atMs: 6_000 }] });
      expect((await ledger.jobByUid({ uid }))?.record).toMatchObject({ state: 'stopping', endedAtMs: null });
      expect((await ledger.leftovers({ uid })).held).toHaveLength(1);
    });

    it('wakes the sweeper for a job whose host found its workflow gone', async () => {
      const { ledger, clock } = opened;
      const { uid, placement } = await aClaimedJob(ledger, 'orphan');
      const heard: Topic[] = [];
      ledger.subscribe((topics) => heard.push(...topics));
      const replica = { uid, jobId: aJobId('orphan'), role: ROLE, replica: 0, attempt: 1, epoch: placement.epoch };
      await ledger.report({ notices: [{ kind: 'orphaned', replica, atMs: 1 }] });
      expect(heard).toContain('sweep');
      const quiet = { pool: POOL, quietSinceMs: clock.nowMs - 60_000 };
      expect(await ledger.sweepCandidates(quiet)).toEqual([{ uid, jobId: 'orphan', waits: false }]);
    });
  });
