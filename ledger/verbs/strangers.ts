import type { JobId, JobUid } from '../../model/ids.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { unknownUids } from './unknown-uids.ts';

/** What their hosts' last hello brought that no placement of this ledger accounts for, each job once. */
export async function strangers(
  ctx: VerbContext,
): Promise<readonly { readonly uid: JobUid; readonly jobId: JobId; readonly known: boolean }[]> {
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select('unknown_held')
    .where('unknown_held', '!=', toJson([]))
    .execute();
  const held = rows.flatMap((row) => fromJson(row.unknown_held));
  const jobIds = new Map<JobUid, JobId>(held.map(({ uid, jobId }) => [uid, jobId]));
  const unknown = new Set(await unknownUids(ctx, { uids: [...jobIds.keys()] }));
  return [...jobIds].map(([uid, jobId]) => ({ uid, jobId, known: !unknown.has(uid) }));
}
