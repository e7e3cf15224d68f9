import express from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { type Method, methods } from '../../http/methods.ts';
import { getArtifacts, postBundle } from './bundles.ts';
import { listEnded } from './ended-jobs.ts';
import { deleteJob, showContainer, showJob, showLogs, stopJob } from './job-by-id.ts';
import { listQueued, listRunning, postQueuedJob } from './queue.ts';
import { deleteQueued, moveQueued, showQueued } from './queue-positions.ts';
import {
  deleteScheduledJob,
  listScheduledJobs,
  patchScheduledJob,
  postScheduledJob,
  putScheduledJob,
  showScheduledJob,
} from './scheduled-jobs.ts';
import { notFound, sendText, textErrors, wrongMethod } from './text-answers.ts';
import { addWorker, deleteWorker, listWorkers } from './workers.ts';

/** The contract the Foundations SDK speaks, at the root of the api: JSON answers, plain text errors. */
export const foundationsRouter = (deps: ApiDeps, options: ApiOptions): express.Router => {
  const router = express.Router({ caseSensitive: true });
  const at = (
    path: string,
    handlers: Partial<Record<Method, express.RequestHandler | express.RequestHandler[]>>,
  ): void => {
    methods(router, path, handlers, wrongMethod);
  };
  // Whatever its Content-Type says: the body of these routes is JSON.
  const jsonBody = express.json({ type: () => true, strict: false, limit: options.maxBodyBytes });

  at('/', {
    get: (_request, response) => {
      sendText(response, 200, 'Welcome to docker scheduler');
    },
  });
  at('/job_bundle', { post: postBundle(deps, options) });
  at('/job_bundle/:id', { get: getArtifacts(deps) });
  at('/queued_jobs', { get: listQueued(deps, options), post: [jsonBody, postQueuedJob(deps, options)] });
  at('/queued_jobs/:position', {
    get: showQueued(deps, options),
    patch: [jsonBody, moveQueued(deps, options)],
    delete: deleteQueued(deps, options),
  });
  at('/running_jobs', { get: listRunning(deps) });
  at('/running_jobs/:id', { delete: stopJob(deps) });
  at('/running_jobs/:id/logs', { get: showLogs(deps, 'running') });
  at('/running_jobs/:id/container_id', { get: showContainer(deps) });
  at('/completed_jobs', { get: listEnded(deps, { group: 'succeeded', path: '/completed_jobs' }) });
  at('/completed_jobs/:id', { delete: deleteJob(deps) });
  at('/completed_jobs/:id/logs', { get: showLogs(deps, 'succeeded') });
  at('/failed_jobs', { get: listEnded(deps, { group: 'failed', path: '/failed_jobs' }) });
  at('/failed_jobs/:id/logs', { get: showLogs(deps, 'failed') });
  at('/scheduled_jobs', {
    get: [jsonBody, listScheduledJobs(deps)],
    post: [jsonBody, postScheduledJob(deps, options)],
  });
  at('/scheduled_jobs/:id', {
    get: showScheduledJob(deps),
    put: [jsonBody, putScheduledJob(deps)],
    patch: [jsonBody, patchScheduledJob(deps)],
    delete: deleteScheduledJob(deps),
  });
  at('/jobs/:id', { get: showJob(deps) });
  at('/workers', { get: listWorkers(deps), post: addWorker(deps, options) });
  at('/workers/:id', { delete: deleteWorker(deps) });
  router.use(notFound);
  router.use(textErrors(deps.logger));
  return router;
};
