import type { QueueEntry } from '../../ledger/ledger.ts';
import type { PoolName } from '../../model/ids.ts';
import { roomsOf } from '../../scheduling/host-room.ts';
import { outlooksOf } from '../../scheduling/outlook.ts';
import { mayRefuseIn, refusedAtMs } from '../../scheduling/plan-pool.ts';
import { waitsFor } from '../../scheduling/waits-for.ts';
import type { ApiDeps, ApiOptions } from '../api-deps.ts';

export type ExplainedEntry = QueueEntry & { readonly waitsFor: string };

/** A page of the queue, each entry with a sentence on why it waits. */
export const listQueue = async (
  deps: ApiDeps,
  { neverFitsAfterMs }: Pick<ApiOptions, 'neverFitsAfterMs'>,
  input: { readonly pool: PoolName; readonly offset: number; readonly limit: number },
): Promise<{ readonly total: number; readonly entries: readonly ExplainedEntry[] }> => {
  const [{ total, entries }, explained] = await Promise.all([
    deps.ledger.queuePage(input),
    explainer(deps, input.pool, neverFitsAfterMs),
  ]);
  return { total, entries: entries.map(explained) };
};

export const explain = async (
  deps: ApiDeps,
  { pool, neverFitsAfterMs }: Pick<ApiOptions, 'pool' | 'neverFitsAfterMs'>,
  entry: QueueEntry,
): Promise<ExplainedEntry> => (await explainer(deps, pool, neverFitsAfterMs))(entry);

const explainer = async (
  deps: ApiDeps,
  pool: PoolName,
  neverFitsAfterMs: number,
): Promise<(entry: QueueEntry) => ExplainedEntry> => {
  const { hosts, held, isPoolKnown } = await deps.ledger.plannerSnapshot({ pool, maxQueued: 0 });
  const rooms = roomsOf(hosts, held);
  const outlookOf = outlooksOf(hosts, held);
  const mayRefuse = mayRefuseIn(hosts, isPoolKnown);
  return (entry) => {
    const outlook = outlookOf(entry.resources);
    const failsAtMs = mayRefuse ? refusedAtMs(entry, hosts, neverFitsAfterMs) : null;
    return { ...entry, waitsFor: waitsFor(entry, rooms, { outlook, failsAtMs }) };
  };
};
