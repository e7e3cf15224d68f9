import express from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { methods } from '../../http/methods.ts';
import { refuseDeepBody } from '../../http/nesting.ts';
import { noRouteProblem, problemErrors, wrongMethodProblem } from '../../http/problem-answers.ts';
import { cancel } from './cancel.ts';
import { cordonHost, drainHost, listHosts, removeHost, showHost, uncordonHost } from './hosts.ts';
import { deleteJob } from './delete-job.ts';
import { logs } from './logs.ts';
import { clearQueue, holdInQueue, moveInQueue, removeFromQueue, showQueue } from './queue.ts';
import { schedulesRouter } from './schedules-router.ts';
import { showJob } from './show-job.ts';

/** The native api, under /api/v1. Every error is a problem document. */
export const v1Router = (deps: ApiDeps, options: ApiOptions, closing: AbortSignal): express.Router => {
  const router = express.Router({ caseSensitive: true });
  const jsonBody = express.json({ type: () => true, limit: options.maxBodyBytes });
  methods(router, '/jobs/:id', { get: showJob(deps), delete: deleteJob(deps) }, wrongMethodProblem);
  methods(router, '/jobs/:id/logs', { get: logs(deps, closing) }, wrongMethodProblem);
  methods(router, '/jobs/:id/cancel', { post: [jsonBody, refuseDeepBody, cancel(deps)] }, wrongMethodProblem);
  methods(router, '/queue', { get: showQueue(deps, options), delete: clearQueue(deps, options) }, wrongMethodProblem);
  methods(router, '/queue/:id', { delete: removeFromQueue(deps, options) }, wrongMethodProblem);
  methods(
    router,
    '/queue/:id/move',
    { post: [jsonBody, refuseDeepBody, moveInQueue(deps, options)] },
    wrongMethodProblem,
  );
  methods(
    router,
    '/queue/:id/hold',
    { post: [jsonBody, refuseDeepBody, holdInQueue(deps, options, true)] },
    wrongMethodProblem,
  );
  methods(
    router,
    '/queue/:id/release',
    { post: [jsonBody, refuseDeepBody, holdInQueue(deps, options, false)] },
    wrongMethodProblem,
  );
  methods(router, '/hosts', { get: listHosts(deps) }, wrongMethodProblem);
  methods(router, '/hosts/:name', { get: showHost(deps) }, wrongMethodProblem);
  methods(router, '/hosts/:name/cordon', { post: [jsonBody, refuseDeepBody, cordonHost(deps)] }, wrongMethodProblem);
  methods(
    router,
    '/hosts/:name/uncordon',
    { post: [jsonBody, refuseDeepBody, uncordonHost(deps)] },
    wrongMethodProblem,
  );
  methods(router, '/hosts/:name/drain', { post: [jsonBody, refuseDeepBody, drainHost(deps)] }, wrongMethodProblem);
  methods(router, '/hosts/:name/remove', { post: [jsonBody, refuseDeepBody, removeHost(deps)] }, wrongMethodProblem);
  router.use('/schedules', schedulesRouter(deps, options, [jsonBody, refuseDeepBody]));
  router.use(noRouteProblem);
  router.use(problemErrors(deps.logger));
  return router;
};
