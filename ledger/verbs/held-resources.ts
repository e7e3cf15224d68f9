import type { HostName, JobUid } from '../../model/ids.ts';
import type { Resources } from '../../model/job-spec.ts';
import { fromJson, toJson, type JsonText } from '../json-text.ts';
import type { HeldResources } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { hostColumns, type HostRow } from './hosts.ts';

/** All that is held on a host, or on every host of the ledger. */
export async function heldResources(
  ctx: VerbContext,
  input: { readonly host: HostName | null },
): Promise<readonly HeldResources[]> {
  const { host } = input;
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select(hostColumns)
    .$if(host !== null, (query) => query.where('name', '=', host))
    .execute();
  return heldOn(ctx, rows);
}

/** By placements that are not given back, and by what is taken there until its host says that it is gone. */
export async function heldOn(
  ctx: VerbContext,
  hosts: readonly Pick<HostRow, 'name' | 'unknown_held'>[],
): Promise<readonly HeldResources[]> {
  if (hosts.length === 0) return [];
  const resourcesOf = resourcesReader();
  const placed = await ctx.trx
    .selectFrom('placements')
    .select(['uid', 'host', 'resources', 'gpu_ids'])
    .where('released_at_ms', 'is', null)
    .where(
      'host',
      'in',
      hosts.map(({ name }) => name),
    )
    .orderBy('placed_at_ms')
    .execute();
  return [
    ...placed.map((row) => ({
      uid: row.uid,
      host: row.host,
      resources: resourcesOf(row.resources),
      gpuIds: fromJson(row.gpu_ids),
    })),
    ...(await heldByStrangers(ctx, hosts)),
  ];
}

/** Thousands of jobs ask for the same few things. */
export function resourcesReader(): (text: JsonText<Resources>) => Resources {
  const read = new Map<string, Resources>();
  return (text) => {
    const known = read.get(text);
    if (known !== undefined) return known;
    const resources = fromJson(text);
    read.set(text, resources);
    return resources;
  };
}

/** CPU and memory count where this ledger knows the job: its host's report has the GPUs alone. */
async function heldByStrangers(
  ctx: VerbContext,
  hosts: readonly Pick<HostRow, 'name' | 'unknown_held'>[],
): Promise<readonly HeldResources[]> {
  const none = toJson<readonly never[]>([]);
  const found = hosts
    .filter((row) => row.unknown_held !== none)
    .flatMap((row) => fromJson(row.unknown_held).map(({ uid, gpuIds }) => ({ uid, host: row.name, gpuIds })));
  if (found.length === 0) return [];
  const jobs = await ctx.trx
    .selectFrom('jobs')
    .select(['uid', 'resources'])
    .where(
      'uid',
      'in',
      found.map(({ uid }) => uid),
    )
    .execute();
  const asked = new Map<JobUid, Resources>(jobs.map((row) => [row.uid, fromJson(row.resources)]));
  const unknown = { nanoCpus: 0, memoryBytes: 0, shmBytes: 0 };
  return found.map((one) => ({ ...one, resources: { ...(asked.get(one.uid) ?? unknown), gpus: one.gpuIds.length } }));
}
