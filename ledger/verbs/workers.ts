import type { PoolName } from '../../model/ids.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { AddWorkerResult, RemoveWorkerResult } from '../worker-books.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';
import { hostColumns, toHostView, type HostRow } from './hosts.ts';

/** On the host with the fewest workers, those that take jobs now before the others. */
export async function addWorker(ctx: VerbContext, input: { readonly pool: PoolName }): Promise<AddWorkerResult> {
  const { value: id, generation } = await takeNext(ctx, 'last_worker_id');
  const [host] = (await presentHosts(ctx))
    .filter((row) => row.pool === input.pool)
    .map((row) => toHostView(row, generation))
    .toSorted((a, b) => Number(b.placeable) - Number(a.placeable) || a.workers.length - b.workers.length);
  if (host === undefined) return { kind: 'no_host' };
  await setWorkers(ctx, host.name, [...host.workers, id]);
  return { kind: 'added', id, host: host.name };
}

/** What runs there goes on: the host takes no job until fewer run than it has workers left. */
export async function removeWorker(ctx: VerbContext, input: { readonly id: number }): Promise<RemoveWorkerResult> {
  for (const host of await presentHosts(ctx)) {
    const workers = fromJson(host.workers);
    if (!workers.includes(input.id)) continue;
    await setWorkers(
      ctx,
      host.name,
      workers.filter((id) => id !== input.id),
    );
    return { kind: 'removed', host: host.name };
  }
  return { kind: 'unknown' };
}

/**
 * What a host's hello makes of its workers: as many as its configuration says when that has changed since its last
 * hello, the newest leaving first; otherwise what was added and removed since stays.
 */
export async function workersAfterHello(
  ctx: VerbContext,
  known: Pick<HostRow, 'workers' | 'inventory' | 'condition'> | null,
  slots: number,
): Promise<readonly number[]> {
  const present = known === null ? [] : fromJson(known.workers);
  const before = known === null ? null : fromJson(known.inventory).slots;
  // A host that was removed has none left and joins anew.
  if (before === slots && known?.condition !== 'removed') return present;
  if (present.length > slots) return present.slice(0, slots);
  const missing = slots - present.length;
  const { value: last } = await takeNext(ctx, 'last_worker_id', missing);
  return [...present, ...Array.from({ length: missing }, (_, index) => last - missing + 1 + index)];
}

const presentHosts = (ctx: VerbContext): Promise<readonly HostRow[]> =>
  ctx.trx.selectFrom('hosts').select(hostColumns).where('condition', '!=', 'removed').orderBy('name').execute();

async function setWorkers(ctx: VerbContext, name: HostRow['name'], workers: readonly number[]): Promise<void> {
  await ctx.trx
    .updateTable('hosts')
    .set({ workers: toJson(workers) })
    .where('name', '=', name)
    .execute();
  ctx.touch('queue');
  ctx.touch('hosts');
}
