import type { HeldReplica } from '../../model/host.ts';
import type { JobId, JobUid } from '../../model/ids.ts';
import type { HeldPlacement } from '../../model/workflow-messages.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { Stranger } from '../healing.ts';
import type { VerbContext } from './context.ts';
import { unknownUids } from './unknown-uids.ts';

/** What a host answered for at its last hello, unaccounted for by any placement that is not given back. */
export type StrangerReplica = HeldPlacement & {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly isRunning: boolean;
  /** Its placement is known here and given back: nobody but its host has to do with it any more. */
  readonly isReleased: boolean;
};

/** Each job once. */
export async function strangers(ctx: VerbContext): Promise<readonly Stranger[]> {
  const found = await strangerReplicas(ctx);
  const jobIds = new Map<JobUid, JobId>(found.map(({ uid, jobId }) => [uid, jobId]));
  const unknown = new Set(await unknownUids(ctx, { uids: [...jobIds.keys()] }));
  return [...jobIds].map(([uid, jobId]) => {
    const own = found.filter((one) => one.uid === uid);
    const released = own.filter(({ isReleased }) => isReleased).map(toHeld);
    return { uid, jobId, known: !unknown.has(uid), released, isUnsettled: released.length < own.length };
  });
}

export async function strangerReplicas(ctx: VerbContext): Promise<readonly StrangerReplica[]> {
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select(['name', 'engine_id', 'unknown_held'])
    .where('unknown_held', '!=', toJson([]))
    .orderBy('name')
    .execute();
  const found: StrangerReplica[] = [];
  for (const { name, engine_id: engineId, unknown_held: text } of rows) {
    for (const one of fromJson(text)) {
      const { epoch, gpuIds, attempt, role, replica } = one;
      found.push({
        ...{ uid: one.uid, jobId: one.jobId, host: name, attempt, role, replica },
        placement: { epoch, host: name, engineId, gpuIds },
        isRunning: one.containerRunning,
        isReleased: await isReleased(ctx, one),
      });
    }
  }
  return found;
}

export const toHeld = ({ host, placement, attempt, role, replica }: StrangerReplica): HeldPlacement => ({
  ...{ host, placement, attempt, role, replica },
});

async function isReleased(ctx: VerbContext, one: HeldReplica): Promise<boolean> {
  const placement = await ctx.trx
    .selectFrom('placements')
    .select('released_at_ms')
    .where('uid', '=', one.uid)
    .where('generation', '=', one.epoch.generation)
    .where('counter', '=', one.epoch.counter)
    .where('role', '=', one.role)
    .where('replica', '=', one.replica)
    .executeTakeFirst();
  return placement !== undefined && placement.released_at_ms !== null;
}
