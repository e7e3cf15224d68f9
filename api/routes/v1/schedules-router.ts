import express from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { type Method, methods } from '../../http/methods.ts';
import { wrongMethodProblem } from '../../http/problem-answers.ts';
import { backfillSchedule, pauseSchedule, triggerSchedule } from './schedule-orders.ts';
import { createScheduleV1, deleteScheduleV1, listSchedulesV1, showSchedule, updateSchedule } from './schedules.ts';
import { showScheduleRuns } from './schedule-runs.ts';

/** /api/v1/schedules. */
export const schedulesRouter = (
  deps: ApiDeps,
  options: ApiOptions,
  jsonBody: readonly express.RequestHandler[],
): express.Router => {
  const router = express.Router({ caseSensitive: true });
  const at = (
    path: string,
    handlers: Partial<Readonly<Record<Method, express.RequestHandler | readonly express.RequestHandler[]>>>,
  ): void => {
    methods(router, path, handlers, wrongMethodProblem);
  };
  at('/', { get: listSchedulesV1(deps), post: [...jsonBody, createScheduleV1(deps, options)] });
  at('/:id', {
    get: showSchedule(deps),
    patch: [...jsonBody, updateSchedule(deps)],
    delete: deleteScheduleV1(deps),
  });
  at('/:id/runs', { get: showScheduleRuns(deps) });
  at('/:id/pause', { post: [...jsonBody, pauseSchedule(deps, true)] });
  at('/:id/unpause', { post: [...jsonBody, pauseSchedule(deps, false)] });
  at('/:id/trigger', { post: [...jsonBody, triggerSchedule(deps)] });
  at('/:id/backfill', { post: [...jsonBody, backfillSchedule(deps)] });
  return router;
};
