import type { HostName, JobUid, PoolName } from '../../model/ids.ts';
import type { JobRow } from '../job-row.ts';
import type { PlannedPlacement } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';

/** A planned placement that nothing speaks against now, with what it needs to be made. */
export type PossiblePlacement = PlannedPlacement & { readonly row: JobRow; readonly engineId: string };

/** Those whose job still waits, whose host may be used and whose GPUs are free; each job and GPU once. */
export async function stillPossible(
  ctx: VerbContext,
  pool: PoolName,
  planned: readonly PlannedPlacement[],
): Promise<readonly PossiblePlacement[]> {
  const rows = await placeableJobs(
    ctx,
    pool,
    planned.map(({ uid }) => uid),
  );
  const engines = await usableEngines(ctx, pool);
  const taken = await heldGpus(ctx, planned);
  const possible: PossiblePlacement[] = [];
  for (const placement of planned) {
    const { uid, host, gpuIds } = placement;
    const [row, engineId] = [rows.get(uid), engines.get(host)];
    if (row === undefined || engineId === undefined || gpuIds.some((id) => taken.has(gpuKey(host, id)))) continue;
    rows.delete(uid);
    for (const id of gpuIds) taken.add(gpuKey(host, id));
    possible.push({ ...placement, row, engineId });
  }
  return possible;
}

export async function placeableJobs(
  ctx: VerbContext,
  pool: PoolName,
  uids: readonly JobUid[],
): Promise<Map<JobUid, JobRow>> {
  const rows = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('uid', 'in', uids)
    .where('pool', '=', pool)
    .where('state', '=', 'queued')
    .where('start_confirmed', '=', 1)
    .where('withdrawn_at_ms', 'is', null)
    .where('held_at_ms', 'is', null)
    .where('cancel_requested_at_ms', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.uid, row]));
}

async function usableEngines(ctx: VerbContext, pool: PoolName): Promise<ReadonlyMap<HostName, string>> {
  const { generation } = await presentGeneration(ctx);
  const hosts = await ctx.trx
    .selectFrom('hosts')
    .select(['name', 'engine_id'])
    .where('pool', '=', pool)
    .where('generation', '=', generation)
    .where('condition', '=', 'up')
    .where('cordoned', '=', 0)
    .where('draining', '=', 0)
    .execute();
  return new Map(hosts.map((host) => [host.name, host.engine_id]));
}

/** Of the hosts on which GPUs are asked for. */
async function heldGpus(ctx: VerbContext, planned: readonly PlannedPlacement[]): Promise<Set<string>> {
  const asked = [...new Set(planned.filter(({ gpuIds }) => gpuIds.length > 0).map(({ host }) => host))];
  if (asked.length === 0) return new Set();
  const held = await ctx.trx.selectFrom('held_gpus').select(['host', 'gpu_id']).where('host', 'in', asked).execute();
  return new Set(held.map((row) => gpuKey(row.host, row.gpu_id)));
}

const gpuKey = (host: HostName, gpuId: string): string => `${host} ${gpuId}`;
