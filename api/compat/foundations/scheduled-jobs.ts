import type { Request, RequestHandler, Response } from 'express';
import { type JobId, jobIdSchema } from '../../../model/ids.ts';
import { CRON_FIELDS } from '../../../scheduling/cron/cron.ts';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { changeSchedule, deleteSchedule } from '../../operations/change-schedule.ts';
import { createSchedule } from '../../operations/create-schedule.ts';
import { DEFAULT_RULES } from '../../operations/default-rules.ts';
import { findSchedule, listSchedules } from '../../operations/find-schedules.ts';
import type { ScheduleView } from '../../operations/schedule-view.ts';
import { isJsonObject } from '../../submission/json-kind.ts';
import { parseSchedule, parseScheduledSubmission } from './scheduled-submission.ts';
import { specPolicyOf } from '../../submission/spec-policy.ts';
import { sendBareText, sendJson, sendText, sendUnavailable } from './text-answers.ts';

/** Epoch seconds; null past the end, and all of them while it is paused. */
const nextRunTimes = ({ paused, nextFiresMs }: ScheduleView): readonly (number | null)[] =>
  [0, 1, 2].map((at) => {
    const fireMs = paused ? undefined : nextFiresMs[at];
    return fireMs === undefined ? null : fireMs / 1000;
  });

/** Times that were changed with Temporal's own tools cannot be said in cron fields. */
const CUSTOM: Readonly<Record<string, string | null>> = {
  ...Object.fromEntries(CRON_FIELDS.map((field) => [field, 'custom'])),
  start_date: null,
  end_date: null,
};

const entryOf = (view: ScheduleView) => {
  const { record } = view;
  const submitted = isJsonObject(record.metadata) ? record.metadata : {};
  return {
    next_run_time: nextRunTimes(view),
    schedule: view.fields ?? CUSTOM,
    status: view.paused ? 'paused' : 'active',
    properties: {
      job_id: record.jobId,
      spec: record.spec.submitted,
      metadata: submitted['metadata'] ?? {},
      gpu_spec: submitted['gpu_spec'] ?? {},
    },
  };
};

/** POST /scheduled_jobs. */
export const postScheduledJob =
  (deps: ApiDeps, options: ApiOptions): RequestHandler =>
  async (request, response) => {
    const submission = parseScheduledSubmission(request.body, {
      ...specPolicyOf(options),
      timeZone: options.timeZone,
    });
    if (submission.kind === 'refused') {
      sendText(response, 400, submission.because);
      return;
    }
    const { jobId } = submission.value;
    const asked = { ...submission.value, rules: DEFAULT_RULES, note: '', needsBundle: true };
    const answer = await createSchedule(deps, options, asked);
    switch (answer.kind) {
      case 'created':
        sendJson(response, 201, jobId);
        return;
      case 'no_bundle':
        sendText(response, 409, 'Cannot schedule a job that has no uploaded bundle');
        return;
      case 'conflict':
        sendText(response, 409, `Scheduled job ${jobId} already exists`);
        return;
      case 'taken':
        sendText(response, 409, `Temporal has a schedule schedule:${jobId} already that is not Longshore's`);
        return;
      case 'too_many':
        sendText(response, 400, 'Maximum number of scheduled jobs reached');
        return;
      case 'unavailable':
        sendUnavailable(response, 503, `Job ${jobId} was not scheduled: ${answer.because}; try again`);
        return;
    }
  };

/** The SDK may say the project as JSON in the body of its GET. */
const projectOf = (request: Request): string | null => {
  const { project } = request.query;
  if (typeof project === 'string') return project;
  const body: unknown = request.body;
  return isJsonObject(body) && typeof body['project'] === 'string' ? body['project'] : null;
};

/** GET /scheduled_jobs: by id. */
export const listScheduledJobs =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const views = await listSchedules(deps, projectOf(request));
    sendJson(response, 200, Object.fromEntries(views.map((view) => [view.record.jobId, entryOf(view)])));
  };

/** The schedule the path names; null when there is none, and the 404 is sent. */
const findOrRefuse = async (deps: ApiDeps, request: Request, response: Response): Promise<ScheduleView | null> => {
  const id = request.params['id'];
  const jobId = jobIdSchema.safeParse(id);
  const view = jobId.success ? await findSchedule(deps, jobId.data) : null;
  if (view === null) sendUnknown(response, id);
  return view;
};

const sendUnknown = (response: Response, id: unknown): void => {
  sendText(response, 404, `Scheduled job ${String(id)} not found`);
};

/** GET /scheduled_jobs/<id>. */
export const showScheduledJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const view = await findOrRefuse(deps, request, response);
    if (view !== null) sendJson(response, 200, { [view.record.jobId]: entryOf(view) });
  };

/** DELETE /scheduled_jobs/<id>: a run in progress is stopped with it, and what it left on its host is removed. */
export const deleteScheduledJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const gone = clientGone(response);
    const view = await findOrRefuse(deps, request, response);
    if (view === null) return;
    const { jobId } = view.record;
    const because = 'its schedule was deleted by DELETE /scheduled_jobs';
    if ((await deleteSchedule(deps, { jobId, because }, gone)) === 'deleted') response.status(204).end();
    else sendUnknown(response, jobId);
  };

const sendChanged = (response: Response, jobId: JobId, answer: 'changed' | 'unknown'): void => {
  if (answer === 'changed') response.status(204).end();
  else sendUnknown(response, jobId);
};

/** PUT /scheduled_jobs/<id>. */
export const putScheduledJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const body: unknown = request.body;
    const status = isJsonObject(body) ? body['status'] : undefined;
    if (status === undefined) {
      sendText(response, 400, 'Missing status key');
      return;
    }
    const view = await findOrRefuse(deps, request, response);
    if (view === null) return;
    if (status !== 'paused' && status !== 'active') {
      sendText(response, 400, 'Invalid status');
      return;
    }
    const { jobId } = view.record;
    if (status === 'active' && view.nextFiresMs.length === 0) {
      const because = 'its schedule had ended';
      await deleteSchedule(deps, { jobId, because }, clientGone(response));
      sendText(response, 400, 'Cannot mark expired monitor as active. Job will be removed.');
      return;
    }
    const paused = status === 'paused';
    const change = { kind: 'pause', paused, note: `${status} by PUT /scheduled_jobs` } as const;
    sendChanged(response, jobId, await changeSchedule(deps, { jobId, change }));
  };

/** PATCH /scheduled_jobs/<id>: a paused one stays paused, a refused one goes on as it was. */
export const patchScheduledJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const body: unknown = request.body;
    const schedule = isJsonObject(body) ? body['schedule'] : undefined;
    if (!isJsonObject(schedule) || Object.keys(schedule).length === 0) {
      sendText(response, 400, 'Bad job schedule');
      return;
    }
    const view = await findOrRefuse(deps, request, response);
    if (view === null) return;
    const { jobId, timing: old } = view.record;
    const timing = parseSchedule(schedule, old.timeZone);
    if (timing.kind === 'refused') {
      const text = `Cannot process schedule update: invalid schedule provided for job ${jobId}`;
      sendBareText(response, 400, text, timing.because);
      return;
    }
    const change = { kind: 'retime', timing: timing.value, rules: view.rules } as const;
    sendChanged(response, jobId, await changeSchedule(deps, { jobId, change }));
  };
