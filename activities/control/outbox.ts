import type { Logger } from 'pino';
import type { Ledger, OutboxEntry } from '../../ledger/ledger.ts';
import { Wake } from './wake.ts';
import { startOnce } from './start-once.ts';
import type { HostGateway } from './host-gateway.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

const BATCH = 50;
/** An entry taken and not finished (Temporal away, process killed) is due again after this. */
const LEASE_MS = 5_000;
const TICK_MS = 500;
/** Of an outbox that has been still for longer than any entry waits to be due. */
const STILL_AFTER_MS = 10_000;
const STILL_TICK_MS = 5_000;

export type OutboxDeps = {
  readonly ledger: Ledger;
  readonly gateway: WorkflowGateway;
  readonly hostGateway: HostGateway;
  readonly logger: Logger;
};

/** Delivers what the ledger promised to Temporal, at least once, in order per job, until `abort` fires. */
export async function deliverUntil(deps: OutboxDeps, abort: AbortSignal): Promise<void> {
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'outbox', abort);
  let stirredAtMs = performance.now();
  while (!abort.aborted) {
    const due = await deps.ledger.takeOutbox({ limit: BATCH, leaseMs: LEASE_MS });
    await Promise.all(due.map((entry) => deliver(deps, entry)));
    if (due.length > 0) stirredAtMs = performance.now();
    if (due.length === BATCH) continue;
    const isStill = performance.now() - stirredAtMs > STILL_AFTER_MS;
    if (await wake.next(isStill ? STILL_TICK_MS : TICK_MS)) stirredAtMs = performance.now();
  }
}

async function deliver(deps: OutboxDeps, entry: OutboxEntry): Promise<void> {
  const { ledger, gateway, hostGateway, logger } = deps;
  const { message, jobId, uid } = entry;
  try {
    switch (message.kind) {
      case 'start':
        // Its starter is alive and starts it; the lease brings the entry back.
        if (message.starter !== undefined && (await gateway.isRunning(message.starter))) return;
        // `blocked`: an older run of the id is still closing; the lease brings the entry back.
        if ((await startOnce(deps, message.input)) === 'started') await ledger.confirmStarted({ uid });
        return;
      case 'placed':
        if ((await gateway.signalPlaced(jobId, message.signal)) === 'gone') await ledger.lookAgain({ uid });
        break;
      case 'cancel':
        await gateway.cancelJob(jobId, message.signal);
        break;
      case 'forget':
        await gateway.forgetJob({ uid, jobId, done: [] });
        break;
      case 'host_lost':
        await hostGateway.signalHostLost(jobId, message.signal);
        break;
    }
    await ledger.finishOutbox({ ids: [entry.id] });
  } catch (error) {
    logger.warn({ err: error, jobId, kind: message.kind, tries: entry.tries }, 'not delivered yet; trying again');
  }
}
