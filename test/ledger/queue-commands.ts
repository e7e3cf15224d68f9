import fc from 'fast-check';
import { expect } from 'vitest';
import type { Ledger } from '../../ledger/ledger.ts';
import type { JobId, JobUid } from '../../model/ids.ts';
import { anAdmission, POOL, RUN } from './builders.ts';
import type { QueueModel } from './queue-model.ts';

type World = { readonly ledger: Ledger; readonly names: Map<JobUid, JobId>; count: number };
type Command = fc.AsyncCommand<QueueModel, World>;

const command = (text: string, run: (model: QueueModel, world: World) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, world) => {
    await run(model, world);
    expect(await world.ledger.queueOrder({ pool: POOL })).toEqual(model.order);
  },
  toString: () => text,
});

const admit = (confirmed: boolean): Command =>
  command(`admit(${confirmed ? 'confirmed' : 'not confirmed'})`, async (model, world) => {
    const admission = anAdmission(`job-${(world.count += 1)}`);
    await world.ledger.admit(admission);
    if (confirmed) await world.ledger.openRun({ uid: admission.uid, runId: RUN });
    world.names.set(admission.uid, admission.jobId);
    model.arrive(admission.uid);
  });

const move = (from: number, to: number, byId: boolean): Command =>
  command(`move(${from} -> ${to}${byId ? ' by id' : ''})`, async (model, { ledger, names }) => {
    const uid = model.at(from);
    const jobId = uid === undefined ? undefined : names.get(uid);
    const target =
      byId && jobId !== undefined ? { kind: 'job' as const, jobId } : { kind: 'position' as const, position: from };
    const answer = await ledger.moveQueued({ pool: POOL, target, to });
    if (uid === undefined) expect(answer).toEqual({ kind: 'unknown' });
    else expect(answer).toMatchObject({ kind: 'moved', entry: { uid, position: model.move(uid, to) } });
  });

const remove = (position: number): Command =>
  command(`remove(${position})`, async (model, { ledger, names }) => {
    const uid = model.at(position);
    const answer = await ledger.removeQueued({ pool: POOL, target: { kind: 'position', position }, because: 'test' });
    if (uid === undefined) {
      expect(answer).toEqual({ kind: 'unknown' });
      return;
    }
    const jobId = names.get(uid);
    expect(answer).toEqual({ kind: 'removed', uid, jobId });
    if (jobId !== undefined) expect(await ledger.job({ jobId })).toBeNull();
    model.leave(uid);
  });

const cancel = (position: number): Command =>
  command(`cancel(${position})`, async (model, { ledger, names }) => {
    const uid = model.at(position);
    const jobId = uid === undefined ? undefined : names.get(uid);
    if (uid === undefined || jobId === undefined) return;
    const answer = await ledger.requestCancel({ jobId, graceSec: null, signal: null, because: 'test' });
    expect(answer).toMatchObject({ kind: 'requested', wasQueued: true });
    model.leave(uid);
  });

const hold = (position: number, held: boolean): Command =>
  command(`${held ? 'hold' : 'release'}(${position})`, async (model, { ledger, names }) => {
    const uid = model.at(position);
    const jobId = uid === undefined ? undefined : names.get(uid);
    if (uid === undefined || jobId === undefined) return;
    const answer = await ledger.holdQueued({ pool: POOL, jobId, held });
    expect(answer).toMatchObject({ kind: 'kept', entry: { uid, position } });
    if (held) model.held.add(uid);
    else model.held.delete(uid);
    const { queued } = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 1_000 });
    expect(queued.filter((job) => model.held.has(job.uid))).toEqual([]);
  });

const page = (offset: number, limit: number): Command =>
  command(`page(${offset}, ${limit})`, async (model, { ledger }) => {
    const { total, entries } = await ledger.queuePage({ pool: POOL, offset, limit });
    expect(total).toBe(model.order.length);
    expect(entries.map(({ uid, position, heldAtMs }) => [uid, position, heldAtMs !== null])).toEqual(
      model.order.slice(offset, offset + limit).map((uid, index) => [uid, offset + index, model.held.has(uid)]),
    );
  });

const positions = (): Command =>
  command('positions', async (model, { ledger, names }) => {
    for (const [position, uid] of model.order.entries()) {
      const jobId = names.get(uid);
      if (jobId !== undefined) expect((await ledger.job({ jobId }))?.position).toBe(position);
      expect((await ledger.queuedAt({ pool: POOL, position }))?.record.uid).toBe(uid);
    }
    expect(await ledger.queuedAt({ pool: POOL, position: model.order.length })).toBeNull();
  });

const clear = (): Command =>
  command('clear', async (model, { ledger }) => {
    expect(await ledger.clearQueue({ pool: POOL, because: 'test' })).toEqual({ removed: model.order.length });
    model.clear();
  });

const place = fc.nat({ max: 12 });
export const queueCommands = fc.commands(
  [
    fc.boolean().map(admit),
    fc.constant(admit(true)),
    fc.constant(admit(true)),
    fc.tuple(place, place, fc.boolean()).map(([from, to, byId]) => move(from, to, byId)),
    fc.tuple(place, place, fc.boolean()).map(([from, to, byId]) => move(from, to, byId)),
    fc.tuple(place, fc.nat({ max: 3 })).map(([from, to]) => move(from, to, false)),
    place.map(remove),
    place.map(cancel),
    fc.tuple(place, fc.boolean()).map(([position, held]) => hold(position, held)),
    fc.tuple(place, fc.integer({ min: 1, max: 5 })).map(([offset, limit]) => page(offset, limit)),
    fc.constant(positions()),
    fc.integer({ min: 0, max: 19 }).map((dice) => (dice === 0 ? clear() : admit(true))),
  ],
  { size: 'large', maxCommands: 80 },
);
