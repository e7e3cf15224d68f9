import type { RequestHandler } from 'express';
import type { ApiDeps } from '../../api-deps.ts';

const CHECK_WITHIN_MS = 2_000;

type Finding = { readonly ok: boolean; readonly says: string };

const find = async (check: () => Promise<void>): Promise<Finding> => {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Finding>((resolve) => {
    timer = setTimeout(resolve, CHECK_WITHIN_MS, { ok: false, says: `no answer within ${CHECK_WITHIN_MS} ms` });
  });
  const found = check().then(
    () => ({ ok: true, says: 'ok' }),
    (error: unknown) => ({ ok: false, says: error instanceof Error ? error.message : 'failed' }),
  );
  return Promise.race([found, overdue]).finally(() => {
    clearTimeout(timer);
  });
};

/** GET /healthz: the process lives. */
export const health =
  (version: string): RequestHandler =>
  (_request, response) => {
    response.json({ status: 'ok', version });
  };

/** GET /readyz: what the api needs answers; 503 names what does not. */
export const readiness =
  (deps: ApiDeps): RequestHandler =>
  async (_request, response) => {
    const [ledger, temporal] = await Promise.all([find(() => deps.ledger.check()), find(() => deps.gateway.check())]);
    const ready = ledger.ok && temporal.ok;
    if (!ready) response.set('Retry-After', '5');
    response
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ready' : 'not ready', ledger: ledger.says, temporal: temporal.says });
  };
