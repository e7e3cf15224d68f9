import express from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { methods } from '../../http/methods.ts';
import { refuseDeepBody } from '../../http/nesting.ts';
import { noRouteProblem, problemErrors, wrongMethodProblem } from '../../http/problem-answers.ts';
import { cancel } from './cancel.ts';
import { logs } from './logs.ts';
import { showJob } from './show-job.ts';

/** The native api, under /api/v1. Every error is a problem document. */
export const v1Router = (deps: ApiDeps, options: ApiOptions, closing: AbortSignal): express.Router => {
  const router = express.Router({ caseSensitive: true });
  const jsonBody = express.json({ type: () => true, limit: options.maxBodyBytes });
  methods(router, '/jobs/:id', { get: showJob(deps) }, wrongMethodProblem);
  methods(router, '/jobs/:id/logs', { get: logs(deps, closing) }, wrongMethodProblem);
  methods(router, '/jobs/:id/cancel', { post: [jsonBody, refuseDeepBody, cancel(deps)] }, wrongMethodProblem);
  router.use(noRouteProblem);
  router.use(problemErrors(deps.logger));
  return router;
};
