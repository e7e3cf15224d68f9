import { LongshoreError } from '../../model/error.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import { toJobRecord, type JobRow, type PlacementRow } from '../job-row.ts';
import type { ListRow } from '../list-row.ts';
import type { VerbContext } from './context.ts';
import { findLivePlacement } from './find-job.ts';
import { LOST_SPEC, specFromInput } from './lost-spec.ts';

export type ListedRow = ListRow & { readonly isSpecLost: boolean };

type FoundSpec =
  | { readonly kind: 'readable'; readonly spec: JobSpec }
  | { readonly kind: 'unreadable'; readonly because: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'absent' };

export const ABSENT_SPEC: FoundSpec = { kind: 'absent' };

/** One job with placement and spec, each looked up by its key: what clients ask for over and over. */
export async function listedJob(ctx: VerbContext, row: JobRow): Promise<ListedRow> {
  const placement = await findLivePlacement(ctx, row);
  const spec = await ctx.trx
    .selectFrom('specs')
    .select('sealed')
    .where('digest', '=', row.spec_digest)
    .executeTakeFirst();
  return toListed(row, placement, spec === undefined ? ABSENT_SPEC : unsealed(ctx, spec.sealed));
}

/** `placement`: its newest; a spec that cannot be read leaves the rest of the job as it is. */
export function toListed(row: JobRow, placement: PlacementRow | null, found: FoundSpec): ListedRow {
  const record = toJobRecord(row, placement);
  switch (found.kind) {
    case 'readable':
      return { record, spec: found.spec, unreadable: null, isSpecLost: false };
    case 'unreadable':
      return { record, spec: null, unreadable: found.because, isSpecLost: false };
    case 'lost':
      return { record, spec: specFromInput(row), unreadable: null, isSpecLost: true };
    case 'absent': {
      const unreadable = `The spec of job ${row.job_id} is not in the ledger.`;
      return { record, spec: null, unreadable, isSpecLost: false };
    }
  }
}

export function unsealed(ctx: VerbContext, sealed: string): FoundSpec {
  if (sealed === LOST_SPEC) return { kind: 'lost' };
  try {
    return { kind: 'readable', spec: ctx.sealer.unseal(sealed) };
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    return { kind: 'unreadable', because: error.message };
  }
}
