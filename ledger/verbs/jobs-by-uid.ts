import type { JobUid } from '../../model/ids.ts';
import type { ListRow } from '../list-row.ts';
import type { VerbContext } from './context.ts';
import { listedJobs } from './listed-jobs.ts';

export async function jobsByUid(
  ctx: VerbContext,
  input: { readonly uids: readonly JobUid[]; readonly maxSpecBytes: number },
): Promise<readonly (ListRow | null)[]> {
  const uids = await fitting(ctx, input.uids, input.maxSpecBytes);
  if (uids.length === 0) return [];
  const found = await listedJobs(ctx, (jobs) =>
    jobs.where('jobs.uid', 'in', uids).where('jobs.forgotten_with', 'is', null),
  );
  const rowOf = new Map(found.map(({ row, job }) => [row.uid, job]));
  return uids.map((uid) => rowOf.get(uid) ?? null);
}

/** The first of them, as many as have specs of so many bytes in all; one at least. */
async function fitting(ctx: VerbContext, uids: readonly JobUid[], maxBytes: number): Promise<readonly JobUid[]> {
  if (uids.length === 0) return [];
  const sizes = await ctx.trx
    .selectFrom('jobs')
    .innerJoin('specs', 'specs.digest', 'jobs.spec_digest')
    .select((eb) => ['jobs.uid', eb.fn<number>('length', ['specs.sealed']).as('bytes')])
    .where('jobs.uid', 'in', uids)
    .execute();
  const sizeOf = new Map(sizes.map(({ uid, bytes }) => [uid, bytes]));
  let bytes = 0;
  const end = uids.findIndex((uid, index) => {
    bytes += sizeOf.get(uid) ?? 0;
    return index > 0 && bytes > maxBytes;
  });
  return end === -1 ? uids : uids.slice(0, end);
}
