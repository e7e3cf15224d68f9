import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/** Bounds the length of the list in the statement. */
const BATCH = 500;

export async function unknownUids(
  ctx: VerbContext,
  input: { readonly uids: readonly JobUid[] },
): Promise<readonly JobUid[]> {
  const known = new Set<JobUid>();
  for (let at = 0; at < input.uids.length; at += BATCH) {
    const batch = input.uids.slice(at, at + BATCH);
    const rows = await ctx.trx.selectFrom('jobs').select('uid').where('uid', 'in', batch).execute();
    for (const { uid } of rows) known.add(uid);
  }
  return input.uids.filter((uid) => !known.has(uid));
}
