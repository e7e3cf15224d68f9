import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { ulid } from 'ulid';
import { createControlActivities } from '../../activities/control/control-activities.ts';
import { TemporalGateway } from '../../activities/control/temporal-gateway.ts';
import { createApi } from '../../api/create-api.ts';
import { listen } from '../../api/listen.ts';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import { loadOrCreateSecret } from '../../ledger/secret-file.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { jobUidSchema } from '../../model/ids.ts';
import { Closers } from '../closers.ts';
import type { Config } from '../config.ts';
import { hostToken } from '../host-token.ts';
import { version } from '../version.ts';
import { refuseOpenBind } from './bind-policy.ts';
import { runControlWorker } from './control-worker.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const CLOSE_GRACE_MS = 2_000;

export type RunningServer = {
  readonly url: string;
  /** Resolves when the server has ended; rejects when it had to, with the reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Api and control worker in one process over the embedded ledger. The api answers from the start: what needs only the
 * ledger works while Temporal is away. Install Temporal's runtime first.
 */
export async function startServer(config: Config, token: string | null, logger: Logger): Promise<RunningServer> {
  refuseOpenBind(config.api, logger);
  const closers = new Closers(logger);
  try {
    const now = (): number => Date.now();
    const sealKey = await loadOrCreateSecret(config.dataDir, 'spec.key');
    const ledger = await openSqliteLedger({ directory: path.join(config.dataDir, 'ledger'), sealKey, now });
    closers.push('the ledger', () => ledger.close());
    const blobs = await openFileBlobStore(path.join(config.dataDir, 'blobs'));
    const logs = await openFileLogStore({ directory: path.join(config.dataDir, 'logs'), ledger });
    const connection = Connection.lazy({ address: config.temporal.address });
    closers.push('the connection to Temporal', () => connection.close());
    const gateway = new TemporalGateway(new Client({ connection, namespace: config.temporal.namespace }));
    const app = createApi(
      { ledger, gateway, blobs, logs, clock: { nowMs: now }, mintUid: () => jobUidSchema.parse(ulid()), logger },
      {
        pool: config.pool,
        ...config.limits,
        ...config.policy,
        maxBodyBytes: MAX_BODY_BYTES,
        allowedRoots: config.allowedRoots,
        bundleTarget: '/job',
        hostToken: token ?? (await hostToken(config.dataDir)),
        version,
      },
    );
    const listening = await listen(app, { host: config.api.host, port: config.api.port, graceMs: CLOSE_GRACE_MS });
    closers.push('the api', () => listening.close());
    const url = `http://${config.api.host.includes(':') ? `[${config.api.host}]` : config.api.host}:${listening.port}`;
    logger.info({ url }, 'api listens');

    const abort = new AbortController();
    const activities = createControlActivities({ ledger, gateway, logger, now, sweepQuietMs: config.sweepQuietMs });
    const ended = runControlWorker(config, { activities, gateway, logger }, abort.signal);
    // Looked at through `ended` and again in `stop`: never an unhandled rejection.
    ended.catch(() => undefined);
    closers.push('the control worker', async () => {
      abort.abort();
      await ended.catch(() => undefined);
    });
    return { url, ended, stop: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
