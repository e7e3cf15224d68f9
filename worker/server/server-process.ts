import path from 'node:path';
import { randomInt } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { ulid } from 'ulid';
import { createControlActivities } from '../../activities/control/control-activities.ts';
import { TemporalGateway } from '../../activities/control/temporal-gateway.ts';
import { TemporalHostGateway } from '../../activities/control/temporal-host-gateway.ts';
import { TemporalScheduleGateway } from '../../activities/control/temporal-schedule-gateway.ts';
import { jobUidSchema, type JobUid } from '../../model/ids.ts';
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import { Closers } from '../closers.ts';
import type { Config } from '../config.ts';
import { hostToken } from '../host-token.ts';
import { refuseOpenBind, warnOfOpenBind } from './bind-policy.ts';
import { runControlWorker } from './control-worker.ts';
import { openBlobs } from './open-blobs.ts';
import { openLedger, type ServerPart } from './open-ledger.ts';
import { sealKeyOf } from './seal-key.ts';
import { serveApi } from './serve-api.ts';
import { startTracking } from './tracking.ts';

/** From 0 up to 1. Node reads its random source in large pieces for this one, and not once per letter of a uid. */
const random = (): number => randomInt(RANDOM_STEPS) / RANDOM_STEPS;
const RANDOM_STEPS = 2 ** 32;

/** Null = the one kept in the data directory. */
export type ServerSecrets = {
  /** What hosts must show. */
  readonly hostToken: string | null;
  /** Seals specs; base64. */
  readonly sealKey: string | null;
};

export type RunningServer = {
  /** Resolves when the process has ended; rejects when it had to, with the reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Api, control worker or both over one ledger. The api answers from the start: what needs only the ledger works while
 * Temporal is away. Install Temporal's runtime first.
 */
export async function startServer(
  config: Config,
  part: ServerPart,
  secrets: ServerSecrets,
  logger: Logger,
): Promise<RunningServer> {
  if (part !== 'control') {
    refuseOpenBind(config.api);
    warnOfOpenBind(config.api, logger);
  }
  const closers = new Closers(logger);
  try {
    const now = (): number => Date.now();
    const sealKey = await sealKeyOf(config.dataDir, secrets.sealKey);
    const ledger = await openLedger(config, part, { sealKey, now });
    closers.push('the ledger', () => ledger.close());
    const tracking = await startTracking(config.trackers, part, { ledger, now, logger });
    closers.push('the trackers', () => tracking.stop());
    const connection = Connection.lazy({ address: config.temporal.address });
    closers.push('the connection to Temporal', () => connection.close());
    const client = new Client({ connection, namespace: config.temporal.namespace });
    const gateway = new TemporalGateway(client);
    const hostGateway = new TemporalHostGateway(client);
    const scheduleGateway = new TemporalScheduleGateway(client);
    const blobs = await openBlobs(config);
    closers.push('the blobs', () => blobs.close());
    const logs = await openFileLogStore({ directory: path.join(config.dataDir, 'logs'), ledger });
    const mintUid = (): JobUid => jobUidSchema.parse(ulid(now(), random));
    if (part !== 'control') {
      const token = secrets.hostToken ?? (await hostToken(config.dataDir));
      const listening = await serveApi(config, {
        ...{ ledger, gateway, hostGateway, scheduleGateway, mintUid, blobs, logs, now, logger },
        hostToken: token,
      });
      closers.push('the api', () => listening.close());
    }
    if (part === 'api') return { ended: new Promise(() => undefined), stop: () => closers.close() };

    const abort = new AbortController();
    const activities = createControlActivities({
      ...{ ledger, gateway, hostGateway, scheduleGateway, mintUid, blobs, logs, logger, now },
      maxQueued: config.limits.maxQueued,
      sweepQuietMs: config.sweepQuietMs,
      placement: config.placement,
      neverFitsAfterMs: config.neverFitsAfterMs,
    });
    const ended = runControlWorker(config, { activities, gateway, logger }, abort.signal);
    // Looked at through `ended` and again in `stop`: never an unhandled rejection.
    ended.catch(() => undefined);
    closers.push('the control worker', async () => {
      abort.abort();
      await ended.catch(() => undefined);
    });
    return { ended, stop: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
