import { beforeEach, describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../../ledger/ledger.ts';
import {
  aClaimedJob,
  aHello,
  aJobId,
  anEntry,
  aQueuedJob,
  aUid,
  failed,
  HOST,
  notHeard,
  place,
  POOL,
  proof,
  RUN,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { at, holds } from './restored-ledger.ts';

export const strangerContract = (open: OpenLedger) =>
  describe('what runs although its placement was given back', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const heldGpus = async () => (await opened.ledger.heldResources({ host: null })).map(({ gpuIds }) => gpuIds);
    const told = async (): Promise<readonly OutboxEntry[]> => {
      opened.clock.nowMs += 60_000;
      const taken = await opened.ledger.takeOutbox({ limit: 50, leaseMs: 0 });
      await opened.ledger.finishOutbox({ ids: taken.map(({ id }) => id) });
      const lost = taken.filter(({ message }) => message.kind === 'host_lost');
      return taken.length === 0 ? [] : [...lost, ...(await told())];
    };
    /** Its host was removed as destroyed, and comes back with an empty data directory and the container. */
    const survivor = async (name: string) => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, name, ['gpu-1']);
      await notHeard(ledger);
      await ledger.removeHost({ name: HOST, destroyed: true });
      const input = { uid: signal.uid, jobId: aJobId(name) };
      const held = [holds(input, signal.placement.epoch, ['gpu-1'])];
      const comesBack = () => ledger.hello(aHello({ journalId: 'empty', held }));
      await comesBack();
      return { ...signal, ...input, comesBack };
    };

    it('holds its room, which is given to nobody else, and is its host’s to bring down', async () => {
      const { ledger } = opened;
      const { uid, jobId, placement } = await survivor('survivor');
      expect(await heldGpus()).toEqual([['gpu-1']]);
      const other = await aQueuedJob(ledger, 'other');
      await expect(place(ledger, other, ['gpu-1'])).rejects.toThrow('nothing was placed');
      const stray = { host: HOST, placement, attempt: 1, role: 'main', replica: 0 };
      expect(await ledger.strangers()).toEqual([{ uid, jobId, known: true, released: [stray], isUnsettled: false }]);
      expect((await ledger.leftovers({ uid })).held).toEqual([]);
      await ledger.forgetUnknown({ uid, epoch: placement.epoch });
      expect([await ledger.strangers(), await heldGpus()]).toEqual([[], []]);
      expect((await place(ledger, other, ['gpu-1'])).placement.gpuIds).toEqual(['gpu-1']);
    });

    it('is not forgotten because its job learns that the host was destroyed, nor when the job runs elsewhere', async () => {
      const { ledger } = opened;
      const { uid, placement, comesBack } = await survivor('elsewhere');
      const { epoch } = placement;
      const release = { epoch, proof: 'host_destroyed' } as const;
      const entry = { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'again' } as const;
      await ledger.record(anEntry(uid, 1, entry, { release }));
      const again = await place(ledger, uid, ['gpu-0']);
      await ledger.claim({ uid, runId: RUN, epoch: again.placement.epoch });
      for (let time = 0; time < 2; time += 1) {
        expect((await ledger.strangers()).map(({ released }) => released.map((one) => one.placement.epoch))).toEqual([
          [epoch],
        ]);
        expect((await heldGpus()).flat().toSorted()).toEqual(['gpu-0', 'gpu-1']);
        await comesBack();
      }
      await ledger.forgetUnknown({ uid, epoch });
      expect(await heldGpus()).toEqual([['gpu-0']]);
      expect((await ledger.jobByUid({ uid }))?.record.placement?.epoch).toEqual(again.placement.epoch);
    });

    it('is known as gone from a notice of its end, and is no stranger once it does not run', async () => {
      const { ledger } = opened;
      const { uid, jobId, placement } = await survivor('ends');
      const replica = holds({ uid, jobId }, placement.epoch);
      const exit = { exitCode: 0, oomKilled: false, signal: null, startedAtMs: 1, finishedAtMs: 2 };
      await ledger.report({ notices: [{ kind: 'exited', replica, exit: { ...exit, endedBy: 'itself' }, atMs: 2 }] });
      expect([await ledger.strangers(), await heldGpus()]).toEqual([[], []]);
      const held = [{ ...replica, containerRunning: false }];
      await ledger.hello(aHello({ journalId: 'empty', held }));
      expect(await ledger.strangers()).toEqual([]);
    });

    it('is no part of what a closing workflow of its ended job brings down', async () => {
      const { ledger } = opened;
      const { uid, placement } = await survivor('ended');
      const release = proof({ uid, placement }, 'host_destroyed');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: failed }, { release }));
      expect((await ledger.leftovers({ uid })).held).toEqual([]);
      expect(await ledger.strangers()).toMatchObject([{ uid, released: [{ host: HOST }] }]);
    });

    it('is told to whoever brings it down when its host is removed again, known to this ledger or not', async () => {
      const { ledger } = opened;
      const survived = await survivor('twice');
      const nobodys = { uid: aUid(), jobId: aJobId('nobodys') };
      const held = [holds(survived, survived.placement.epoch), holds(nobodys, at(9))];
      await ledger.hello(aHello({ journalId: 'empty', held, highestEpoch: at(9) }));
      expect(await told()).toMatchObject([{ uid: survived.uid }]);
      await notHeard(ledger);
      expect(await ledger.removeHost({ name: HOST, destroyed: false })).toMatchObject({ kind: 'holds' });
      expect(await ledger.removeHost({ name: HOST, destroyed: true })).toEqual({ kind: 'removed' });
      const signals = (await told()).flatMap(({ message }) => (message.kind === 'host_lost' ? [message.signal] : []));
      expect(signals.map(({ uid, epoch }) => ({ uid, epoch }))).toEqual(
        expect.arrayContaining([
          { uid: survived.uid, epoch: survived.placement.epoch },
          { uid: nobodys.uid, epoch: at(9) },
        ]),
      );
      expect((await ledger.plannerSnapshot({ pool: POOL, maxQueued: 1 })).held).toEqual([]);
    });
  });
