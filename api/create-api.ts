import { setMaxListeners } from 'node:events';
import express from 'express';
import type { ApiDeps, ApiOptions } from './api-deps.ts';
import { foundationsRouter } from './compat/foundations/router.ts';
import { methods } from './http/methods.ts';
import { wrongMethodProblem } from './http/problem-answers.ts';
import { requestLog } from './http/request-log.ts';
import { refuseOtherSites } from './http/same-site.ts';
import { refuseOtherNames } from './http/served-names.ts';
import { hostRouter } from './routes/host/router.ts';
import { health, readiness } from './routes/v1/health.ts';
import { v1Router } from './routes/v1/router.ts';

/** What `listen` emits on the app when it closes: answers that would go on are cut. */
export const CLOSING_EVENT = 'closing';

/** The whole api as an Express app. It owns nothing: its deps outlive it. */
export const createApi = (deps: ApiDeps, options: ApiOptions): express.Express => {
  const app = express();
  const closing = new AbortController();
  // One per follower.
  setMaxListeners(0, closing.signal);
  app.once(CLOSING_EVENT, () => {
    closing.abort();
  });
  app.enable('case sensitive routing');
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestLog(deps.logger));
  app.use(refuseOtherNames(options.servedNames ?? null));
  app.use(refuseOtherSites);
  methods(app, '/healthz', { get: health(options.version) }, wrongMethodProblem);
  methods(app, '/readyz', { get: readiness(deps) }, wrongMethodProblem);
  app.use('/api/v1', v1Router(deps, options, closing.signal));
  app.use('/host/v1', hostRouter(deps, options));
  app.use(foundationsRouter(deps, options));
  return app;
};
