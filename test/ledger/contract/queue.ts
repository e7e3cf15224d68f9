import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobUid } from '../../../model/ids.ts';
import {
  aClaimedJob,
  aHello,
  aJobId,
  anAdmission,
  anEntry,
  aQueuedJob,
  listed,
  place,
  POOL,
  proof,
  RUN,
  succeeded,
} from '../builders.ts';
import { queueCommands } from '../queue-commands.ts';
import { QueueModel } from '../queue-model.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

export const queueContract = (open: OpenLedger) =>
  describe('the queue', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });

    const order = async (): Promise<readonly string[]> =>
      (await opened.ledger.queuePage({ pool: POOL, offset: 0, limit: 1_000 })).entries.map(({ jobId }) => jobId);
    const move = (name: string, to: number) =>
      opened.ledger.moveQueued({ pool: POOL, target: { kind: 'job', jobId: aJobId(name) }, to });
    const queueUp = async (...names: string[]): Promise<JobUid[]> => {
      const uids: JobUid[] = [];
      for (const name of names) uids.push(await aQueuedJob(opened.ledger, name));
      return uids;
    };

    it('agrees with an array in whatever order jobs arrive, move, are held, cancelled and removed', async () => {
      await fc.assert(
        fc.asyncProperty(queueCommands, async (commands) => {
          await opened.ledger.clearQueue({ pool: POOL, because: 'next run' });
          const count = (runs += 1) * 1_000;
          const real = { ledger: opened.ledger, names: new Map(), count };
          await fc.asyncModelRun(() => ({ model: new QueueModel(), real }), commands);
        }),
        { numRuns: 25 },
      );
    }, 120_000);
    let runs = 0;

    it('takes what was moved before a job along when that job is moved', async () => {
      await queueUp('a', 'b', 'c', 'd');
      await move('d', 2);
      expect(await order()).toEqual(['a', 'b', 'd', 'c']);
      await move('c', 1);
      expect(await order()).toEqual(['d', 'c', 'a', 'b']);
      await move('c', 0);
      expect(await order()).toEqual(['c', 'd', 'a', 'b']);
      await move('c', 3);
      expect(await order()).toEqual(['d', 'a', 'b', 'c']);
    });

    it('keeps what stays behind together when the job before which both stood moves to the front', async () => {
      await queueUp('a', 'b', 'c', 'd', 'e', 'f');
      for (const [name, to] of [
        ['a', 3],
        ['f', 0],
        ['f', 3],
        ['e', 0],
      ] as const)
        await move(name, to);
      expect(await order()).toEqual(['e', 'b', 'c', 'd', 'f', 'a']);
      await move('a', 1);
      expect(await order()).toEqual(['f', 'a', 'e', 'b', 'c', 'd']);
    });

    it('keeps its order through more moves to one place than there are ranks between', async () => {
      const model = new QueueModel();
      const uids = await queueUp(...Array.from({ length: 100 }, (_, index) => `job-${index}`));
      for (const uid of uids) model.arrive(uid);
      for (let turn = 0; turn < 60; turn += 1) {
        await opened.ledger.moveQueued({ pool: POOL, target: { kind: 'position', position: 99 }, to: 50 });
        model.move(model.at(99) as JobUid, 50);
      }
      expect(await opened.ledger.queueOrder({ pool: POOL })).toEqual(model.order);
      await queueUp('late');
      expect((await order()).at(-1)).toBe('late');
    });

    it('gives a job that waits again its old place, and its pins are gone', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'first');
      await queueUp('second', 'third');
      await move('third', 0);
      const retry = { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'again' } as const;
      await ledger.record(anEntry(signal.uid, 1, retry, { release: proof(signal, 'exited') }));
      expect(await order()).toEqual(['first', 'third', 'second']);
      await move('first', 1);
      await place(ledger, (await ledger.queueOrder({ pool: POOL }))[1] as JobUid);
      expect(await order()).toEqual(['third', 'second']);
    });

    it('never places a held job and places the one behind it', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const [held, next] = await queueUp('held', 'next');
      if (held === undefined || next === undefined) throw new Error('two jobs were queued');
      await ledger.holdQueued({ pool: POOL, jobId: aJobId('held'), held: true });
      expect((await ledger.plannerSnapshot({ pool: POOL, maxQueued: 9 })).queued.map(({ uid }) => uid)).toEqual([next]);
      await expect(place(ledger, held)).rejects.toThrow('nothing was placed');
      expect((await ledger.jobByUid({ uid: held }))?.record).toMatchObject({ state: 'queued', reason: 'held' });
      await place(ledger, next);
      await ledger.holdQueued({ pool: POOL, jobId: aJobId('held'), held: false });
      await place(ledger, held);
      expect(await ledger.holdQueued({ pool: POOL, jobId: aJobId('held'), held: true })).toEqual({
        kind: 'not_queued',
        state: 'placed',
      });
    });

    it('forgets a removed job, tells its workflow to end, and admits its id anew', async () => {
      const { ledger } = opened;
      const [uid] = await queueUp('gone');
      const target = { kind: 'job', jobId: aJobId('gone') } as const;
      expect(await ledger.removeQueued({ pool: POOL, target, because: 'removed' })).toMatchObject({ uid });
      expect(await ledger.removeQueued({ pool: POOL, target, because: 'removed' })).toEqual({ kind: 'unknown' });
      expect(await ledger.job(target)).toBeNull();
      const outbox = await ledger.takeOutbox({ limit: 10, leaseMs: 1_000 });
      expect(outbox).toMatchObject([{ uid, message: { kind: 'cancel', signal: { because: 'removed' } } }]);
      const cancelled = { state: 'cancelled', reason: 'cancelled_by_request', sentence: 'x', exit: null } as const;
      await ledger.record(anEntry(uid as JobUid, 1, { kind: 'outcome', outcome: cancelled }));
      expect(await ledger.job(target)).toBeNull();
      expect(await listed(ledger, 'failed')).toEqual([]);
      expect(await ledger.admit(anAdmission('gone'))).toMatchObject({ kind: 'admitted' });
    });

    it('removes a job whose start is not confirmed: a workflow that starts after all finds nothing to do', async () => {
      const { ledger, clock } = opened;
      const admission = anAdmission('early');
      await ledger.admit(admission);
      await ledger.removeQueued({ pool: POOL, target: { kind: 'position', position: 0 }, because: 'removed' });
      expect(await ledger.confirmStarted(admission)).toEqual({ kind: 'withdrawn' });
      expect(await ledger.openRun({ uid: admission.uid, runId: RUN })).toEqual({ kind: 'withdrawn' });
      clock.nowMs += 60_000;
      const outbox = await ledger.takeOutbox({ limit: 10, leaseMs: 1 });
      expect(outbox.map(({ message }) => message.kind)).toEqual(['cancel']);
    });

    it('gives the id of a removed job back to the one that ended under it before', async () => {
      const { ledger } = opened;
      const [first] = await queueUp('again');
      await ledger.record(anEntry(first as JobUid, 1, { kind: 'outcome', outcome: succeeded }));
      await queueUp('again', 'other');
      expect(await ledger.clearQueue({ pool: POOL, because: 'cleared' })).toEqual({ removed: 2 });
      expect((await ledger.job({ jobId: aJobId('again') }))?.record.uid).toBe(first);
      expect(await ledger.job({ jobId: aJobId('other') })).toBeNull();
    });

    it('says of a job that does not wait that it does not', async () => {
      const { ledger } = opened;
      await aClaimedJob(ledger, 'runs');
      const target = { kind: 'job', jobId: aJobId('runs') } as const;
      const notQueued = { kind: 'not_queued', state: 'preparing' };
      expect(await ledger.moveQueued({ pool: POOL, target, to: 0 })).toEqual(notQueued);
      expect(await ledger.removeQueued({ pool: POOL, target, because: 'x' })).toEqual(notQueued);
      expect(await ledger.moveQueued({ pool: POOL, target: { kind: 'job', jobId: aJobId('nobody') }, to: 0 })).toEqual({
        kind: 'unknown',
      });
    });
  });
