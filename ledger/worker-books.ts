import type { HostName, PoolName } from '../model/ids.ts';

export type AddWorkerResult =
  { readonly kind: 'added'; readonly id: number; readonly host: HostName } | { readonly kind: 'no_host' };
export type RemoveWorkerResult = { readonly kind: 'removed'; readonly host: HostName } | { readonly kind: 'unknown' };

/** Slots by id: how many jobs run at once, changed while they run. */
export interface WorkerBooks {
  /** One more job at once on the host with the fewest workers. */
  addWorker(input: { readonly pool: PoolName }): Promise<AddWorkerResult>;
  /** One less, and nothing that runs is stopped. */
  removeWorker(input: { readonly id: number }): Promise<RemoveWorkerResult>;
}
