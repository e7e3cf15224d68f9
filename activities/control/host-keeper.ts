import type { Logger } from 'pino';
import type { HostView, Ledger } from '../../ledger/ledger.ts';
import type { PoolName } from '../../model/ids.ts';
import { hostWorkflowId } from '../../model/names.ts';
import type { HostInput } from '../../model/workflow-messages.ts';
import type { HostGateway } from './host-gateway.ts';
import { Wake } from './wake.ts';

const TICK_MS = 20_000;

type Deps = { readonly ledger: Ledger; readonly hostGateway: HostGateway; readonly logger: Logger };

/** What a host's workflow begins with where there is none, from what the ledger holds of it. */
export const startOfHost = (view: HostView): HostInput => ({
  name: view.name,
  pool: view.pool,
  lostAfterMs: view.lostAfterMs,
  cordoned: view.cordoned,
  drain: view.drain,
  session: view.condition === 'up' ? view.session : null,
  carried: null,
});

/**
 * Keeps a workflow alive for every host of the pool that was not removed, and asks hosts that this generation of the
 * ledger has not heard to say hello again.
 */
export async function keepHostsUntil(deps: Deps, pool: PoolName, abort: AbortSignal): Promise<void> {
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'hosts', abort);
  while (!abort.aborted) {
    try {
      await keepOnce(deps, pool);
    } catch (error) {
      deps.logger.warn({ err: error }, 'the hosts could not be looked after; trying again');
    }
    await wake.next(TICK_MS);
  }
}

async function keepOnce({ ledger, hostGateway }: Deps, pool: PoolName): Promise<void> {
  const hosts = (await ledger.hosts()).filter((host) => host.pool === pool && host.condition !== 'removed');
  if (hosts.length === 0) return;
  const running = await hostGateway.runningHosts();
  for (const host of hosts) {
    if (!running.has(hostWorkflowId(host.name))) await hostGateway.ensureHost(startOfHost(host));
    if (!host.isGreeted && host.condition === 'up') await hostGateway.order({ kind: 'refresh' }, startOfHost(host));
  }
}
