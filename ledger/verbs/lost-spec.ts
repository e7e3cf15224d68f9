import type { Digest } from '../../model/ids.ts';
import type { Outcome } from '../../model/job-record.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import type { JobRow } from '../job-row.ts';
import { fromJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { endJob } from './end-job.ts';

/** Stands where a spec's sealed text would: the ledger was restored from a copy that does not have it. */
export const LOST_SPEC = '';

/** Makes room for a job whose spec is not here; one that is here stays. An equal submission brings it back. */
export async function standInForSpec(ctx: VerbContext, digest: Digest): Promise<void> {
  await ctx.trx
    .insertInto('specs')
    .values({ digest, sealed: LOST_SPEC })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}

export async function isSpecLost(ctx: VerbContext, digest: Digest): Promise<boolean> {
  const spec = await ctx.trx.selectFrom('specs').select('sealed').where('digest', '=', digest).executeTakeFirst();
  return spec?.sealed === LOST_SPEC;
}

/** It waits and can never be started again. `before`: how it came to wait. */
export async function endWithoutSpec(ctx: VerbContext, row: JobRow, before: string): Promise<Outcome> {
  const sentence =
    `${before} The ledger was restored from a copy that is older than this job and does not have what it is to run. ` +
    `Submit it again.`;
  return endJob(ctx, row, { state: 'failed', reason: 'lost_in_restore', sentence: sentence.trimStart(), exit: null });
}

/** What its workflow still knows of a spec that is lost: for people to read, never to be run. */
export function specFromInput(row: Pick<JobRow, 'input'>): JobSpec {
  const input: JobInput = fromJson(row.input);
  return {
    roles: input.roles.map(({ name, replicas, image, command, resources }) => ({
      name,
      replicas,
      container: {
        ...{ image, resources, command: command === '' ? null : [command], entrypoint: null, environment: [] },
        ...{ mounts: [], workingDir: null, user: null, networkMode: null, runtime: null, name: null, labels: {} },
      },
    })),
    retry: input.retry,
    stop: input.stop,
    runTimeoutSec: input.runTimeoutSec,
    submitted: null,
  };
}
