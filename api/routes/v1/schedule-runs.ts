import type { RequestHandler } from 'express';
import type { ApiDeps } from '../../api-deps.ts';
import { unstartedOf } from '../../operations/unstarted-of.ts';
import { scheduleOrRefuse } from './find-schedule.ts';

const SHOWN_RUNS = 200;

/**
 * GET /api/v1/schedules/<id>/runs: the newest runs, with the reason where no job came of one; `unstarted`: the times that
 * were due without any run, each with why as far as that is known; and Temporal's own counts of these since the schedule
 * was made: `missed` while nothing could start them for longer than the catch-up window, `overlapSkipped`
 * while an earlier run was open, `bufferDropped` while as many waited as may wait. Null while Temporal cannot be asked.
 */
export const showScheduleRuns =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const view = await scheduleOrRefuse(deps, request, response);
    if (view === null) return;
    const runs = await deps.ledger.scheduleRuns({ uid: view.record.uid, limit: SHOWN_RUNS });
    response.json({
      id: view.record.jobId,
      started: view.described?.started ?? null,
      missed: view.described?.missed ?? null,
      overlapSkipped: view.described?.overlapSkipped ?? null,
      bufferDropped: view.described?.bufferDropped ?? null,
      waiting: view.described?.waiting ?? null,
      runs,
      ...unstartedOf(view, runs, SHOWN_RUNS, deps.clock.nowMs()),
    });
  };
