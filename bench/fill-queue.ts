import { ulid } from 'ulid';
import type { Ledger } from '../ledger/ledger.ts';
import { jobUidSchema, type JobUid, type PoolName } from '../model/ids.ts';
import { queuedAdmission } from './queued-admission.ts';

/** A few transactions of the ledger's for so many jobs. */
const AT_ONCE = 500;

/** Admits jobs `fill-<from>` up to but not including `fill-<to>`, and confirms that each has started. */
export async function fillQueue(ledger: Ledger, pool: PoolName, from: number, to: number): Promise<readonly JobUid[]> {
  const uids: JobUid[] = [];
  for (let at = from; at < to; at += AT_ONCE) {
    const admissions = Array.from({ length: Math.min(AT_ONCE, to - at) }, (_, index) =>
      queuedAdmission(pool, jobUidSchema.parse(ulid()), `fill-${at + index}`),
    );
    await Promise.all(
      admissions.map(async (admission) => {
        await ledger.admit(admission);
        await ledger.confirmStarted(admission);
      }),
    );
    uids.push(...admissions.map(({ uid }) => uid));
  }
  return uids;
}
