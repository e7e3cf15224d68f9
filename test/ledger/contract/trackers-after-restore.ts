import { beforeEach, describe, expect, it } from 'vitest';
import { aClaimedJob, aDigest, aHello, anEntry, aQueuedJob, failed, place, progress, succeeded } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { at, holds, RESTATED, restored, says, saysAt } from './restored-ledger.ts';

export const trackersAfterRestoreContract = (open: OpenLedger) =>
  describe('tracker events of what a restored ledger learns', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
      await opened.ledger.registerTrackers({ names: ['one'], only: true, ledgerId: 'this' });
      await opened.ledger.hello(aHello());
    });
    const { missing } = restored(() => opened);
    const kindsOf = async (name: string): Promise<readonly string[]> =>
      (await opened.ledger.trackerEvents({ tracker: 'one', limit: 1_000 }))
        .filter(({ jobId }) => jobId === name)
        .map(({ kind, attempt }) => `${kind} ${attempt}`);

    it('tell once of a waiting job that it had no row of, and of the attempt it is at', async () => {
      const { ledger } = opened;
      const [first, second] = [await missing('first'), await missing('second')];
      for (let time = 0; time < 2; time += 1) {
        expect(await ledger.restate(says(first))).toEqual(RESTATED);
        expect(await ledger.restate(says(second, { attempt: 2 }))).toEqual(RESTATED);
      }
      expect(await kindsOf('first')).toEqual(['queued 1']);
      expect((await kindsOf('second')).at(-1)).toBe('queued 2');
    });

    it('tell once that a job runs which it had no row of, and how it ends', async () => {
      const { ledger } = opened;
      const input = await missing('runs');
      for (let time = 0; time < 2; time += 1) expect(await ledger.restate(saysAt(input, at(9)))).toEqual(RESTATED);
      await ledger.record(anEntry(input.uid, 1, { kind: 'outcome', outcome: succeeded }));
      expect(await kindsOf('runs')).toEqual(['queued 1', 'running 1', 'completed 1']);
    });

    it('tell what its copy did not know yet of a job that it has, and nothing that it did', async () => {
      const { ledger } = opened;
      const waiting = await ledger.jobByUid({ uid: await aQueuedJob(ledger, 'went-on') });
      const { uid, placement } = await aClaimedJob(ledger, 'began');
      const inputs = { waiting: await missing('x'), began: await missing('y') };
      if (waiting === null) throw new Error('it was admitted');
      const wentOn = { ...inputs.waiting, uid: waiting.record.uid, jobId: waiting.record.jobId };
      const state = 'preparing' as const;
      await ledger.restate(saysAt(wentOn, at(8), { state }));
      expect(await kindsOf('went-on')).toEqual(['queued 1']);
      for (const attempt of [2, 2]) await ledger.restate({ ...saysAt(wentOn, at(9), { state }), attempt });
      expect(await kindsOf('went-on')).toEqual(['queued 1', 'queued 2']);
      const began = { ...inputs.began, uid };
      for (let time = 0; time < 2; time += 1) await ledger.restate(saysAt(began, placement.epoch));
      expect(await kindsOf('began')).toEqual(['queued 1', 'running 1']);
      await ledger.record(anEntry(uid, 1, progress('running')));
      expect(await kindsOf('began')).toEqual(['queued 1', 'running 1']);
    });

    it('tell the end of a job whose workflow has closed, and nothing of one whose id went on', async () => {
      const { ledger } = opened;
      const [over, older] = [await missing('over'), await missing('older')];
      const closed = { workflowStatus: 'failed', outcome: failed };
      for (let time = 0; time < 2; time += 1) await ledger.readopt({ ...closed, input: over });
      expect(await kindsOf('over')).toEqual(['failed 1']);
      await aQueuedJob(ledger, 'older');
      await ledger.readopt({ ...closed, input: older });
      expect(await kindsOf('older')).toEqual(['queued 1']);
    });

    it('tell that a closed job runs while a host still holds it', async () => {
      const { ledger } = opened;
      const input = await missing('left');
      await ledger.hello(aHello({ held: [holds(input, at(9))], highestEpoch: at(9) }));
      await ledger.readopt({ input, workflowStatus: 'terminated', outcome: null });
      expect(await kindsOf('left')).toEqual(['queued 1', 'running 1']);
    });

    it('tell that a waiting job of which nobody has the spec has failed', async () => {
      const input = { ...(await missing('specless')), specDigest: aDigest('e') };
      for (let time = 0; time < 2; time += 1) await opened.ledger.restate(says(input));
      expect(await kindsOf('specless')).toEqual(['queued 1', 'failed 1']);
    });

    it('go on as ever for a job that is placed anew', async () => {
      const { ledger } = opened;
      const input = await missing('anew');
      await ledger.restate(says(input));
      await place(ledger, input.uid);
      await ledger.record(anEntry(input.uid, 1, progress('running')));
      expect(await kindsOf('anew')).toEqual(['queued 1', 'running 1']);
    });
  });
