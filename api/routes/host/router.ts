import express from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { methods } from '../../http/methods.ts';
import { refuseDeepBody } from '../../http/nesting.ts';
import { noRouteProblem, problemErrors, wrongMethodProblem } from '../../http/problem-answers.ts';
import { requireBearer } from './bearer.ts';
import { getBlob, postBlob } from './blobs.ts';
import { appendLog, finishLog } from './logs.ts';
import { failActivities, hello, notices, spec } from './session.ts';

/** Of one hello, notice list or log append. */
const MAX_HOST_BODY_BYTES = 4 * 1024 * 1024;

/** What host processes dial, under /host/v1: every call may be repeated. */
export const hostRouter = (deps: ApiDeps, options: ApiOptions): express.Router => {
  const router = express.Router({ caseSensitive: true });
  const jsonBody = [express.json({ limit: MAX_HOST_BODY_BYTES }), refuseDeepBody];
  const rawBody = express.raw({ type: () => true, limit: MAX_HOST_BODY_BYTES });
  const at = (path: string, handlers: Parameters<typeof methods>[2]): void => {
    methods(router, path, handlers, wrongMethodProblem);
  };
  router.use(requireBearer(options.hostToken));
  at('/hello', { post: [...jsonBody, hello(deps)] });
  at('/notices', { post: [...jsonBody, notices(deps)] });
  at('/jobs/:uid/spec', { get: spec(deps) });
  at('/blobs/:digest', { get: getBlob(deps) });
  at('/blobs', { post: postBlob(deps, options) });
  at('/logs/:uid/:role/:replica/:attempt', { post: [rawBody, appendLog(deps)] });
  at('/logs/:uid/:role/:replica/:attempt/finish', { post: finishLog(deps) });
  at('/activities/fail', { post: [...jsonBody, failActivities(deps)] });
  router.use(noRouteProblem);
  router.use(problemErrors(deps.logger));
  return router;
};
