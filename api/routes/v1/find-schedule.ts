import type { Request, Response } from 'express';
import { jobIdSchema } from '../../../model/ids.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { findSchedule } from '../../operations/find-schedules.ts';
import type { ScheduleView } from '../../operations/schedule-view.ts';

/** The schedule the path names; null when there is none, and the 404 is sent. */
export const scheduleOrRefuse = async (
  deps: ApiDeps,
  request: Request,
  response: Response,
): Promise<ScheduleView | null> => {
  const jobId = jobIdSchema.safeParse(request.params['id']);
  const view = jobId.success ? await findSchedule(deps, jobId.data) : null;
  if (view === null) sendUnknownSchedule(request, response);
  return view;
};

export const sendUnknownSchedule = (request: Request, response: Response): void => {
  const detail = `There is no schedule ${String(request.params['id'])}`;
  sendProblem(response, { status: 404, code: 'no_such_schedule', detail });
};

/** What every answer shows of a schedule: no spec, and so no secret. */
export const shownSchedule = ({ record, paused, note, fields, rules, nextFiresMs }: ScheduleView) => ({
  id: record.jobId,
  uid: record.uid,
  project: record.project,
  owner: record.owner,
  image: record.spec.roles[0]?.container.image ?? '',
  status: paused ? 'paused' : 'active',
  note,
  /** "custom": changed with Temporal's own tools to what cron fields cannot say. */
  schedule: fields ?? 'custom',
  timeZone: record.timing.timeZone,
  overlap: rules.overlap,
  catchUpSec: rules.catchUpMs / 1000,
  jitterSec: rules.jitterMs / 1000,
  /** Of these none fires while it is paused. */
  nextFiresAtMs: nextFiresMs,
  createdAtMs: record.createdAtMs,
  /** False: Temporal is still to be told of the last change. */
  settled: record.pending === 0,
});
