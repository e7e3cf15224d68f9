import type { Logger } from 'pino';
import type { HostGateway } from '../../activities/control/host-gateway.ts';
import type { ScheduleGateway } from '../../activities/control/schedule-gateway.ts';
import type { WorkflowGateway } from '../../activities/control/workflow-gateway.ts';
import { createApi } from '../../api/create-api.ts';
import { listen, type Listening } from '../../api/listen.ts';
import type { BlobStore } from '../../ledger/blob-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LogStore } from '../../ledger/log-store.ts';
import type { JobUid } from '../../model/ids.ts';
import type { Config } from '../config.ts';
import { servedNamesOf } from './bind-policy.ts';
import { version } from '../version.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const CLOSE_GRACE_MS = 2_000;

type Deps = {
  readonly ledger: Ledger;
  readonly gateway: WorkflowGateway;
  readonly hostGateway: HostGateway;
  readonly scheduleGateway: ScheduleGateway;
  readonly mintUid: () => JobUid;
  readonly blobs: BlobStore;
  readonly logs: LogStore;
  readonly hostToken: string;
  readonly now: () => number;
  readonly logger: Logger;
};

/** The api, listening. */
export async function serveApi(config: Config, deps: Deps): Promise<Listening & { readonly url: string }> {
  const { hostToken, now, ...shared } = deps;
  const { logger } = shared;
  const app = createApi(
    { ...shared, clock: { nowMs: now } },
    {
      pool: config.pool,
      timeZone: config.timeZone,
      ...config.limits,
      neverFitsAfterMs: config.neverFitsAfterMs,
      policy: config.policy,
      maxBodyBytes: MAX_BODY_BYTES,
      allowedRoots: config.allowedRoots,
      bundleTarget: '/job',
      servedNames: servedNamesOf(config.api),
      hostToken,
      version,
    },
  );
  const { host, port } = config.api;
  const listening = await listen(app, { host, port, graceMs: CLOSE_GRACE_MS });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`;
  logger.info({ url }, 'api listens');
  return { ...listening, url };
}
