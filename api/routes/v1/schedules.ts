import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ScheduleRules } from '../../../model/schedule.ts';
import { overlapPolicySchema } from '../../../model/schedule.ts';
import { isTimeZone } from '../../../scheduling/cron/zone.ts';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { parseOrRefuse } from '../../http/parse-or-refuse.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { changeSchedule, deleteSchedule } from '../../operations/change-schedule.ts';
import { createSchedule } from '../../operations/create-schedule.ts';
import { DEFAULT_RULES } from '../../operations/default-rules.ts';
import { findSchedule, listSchedules } from '../../operations/find-schedules.ts';
import { readScheduleTiming } from '../../operations/read-schedule-timing.ts';
import { parseScheduledJob } from '../../submission/scheduled-job.ts';
import { specPolicyOf } from '../../submission/spec-policy.ts';
import { scheduleOrRefuse, sendUnknownSchedule, shownSchedule } from './find-schedule.ts';

const MOST_PER_PAGE = 1_000;
const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number, 0 or more')
  .transform(Number);
const pageSchema = z.strictObject({
  project: z.string().optional(),
  offset: wholeNumber.default(0),
  limit: wholeNumber.pipe(z.number().min(1).max(MOST_PER_PAGE)).default(100),
});
const fieldsSchema = z.record(z.string(), z.unknown());
const rulesShape = {
  timeZone: z.string().refine(isTimeZone, 'expected the name of a time zone, like Europe/Berlin or UTC').optional(),
  overlap: overlapPolicySchema.optional(),
  /** Temporal knows no less than ten seconds. */
  catchUpSec: z
    .number()
    .min(10)
    .max(366 * 24 * 3600)
    .optional(),
  jitterSec: z
    .number()
    .min(0)
    .max(24 * 3600)
    .optional(),
};
const createSchema = z.strictObject({
  id: z.string(),
  /** As docker-py's `containers.run` takes it. */
  spec: fieldsSchema,
  schedule: fieldsSchema.default({}),
  metadata: z.unknown().optional(),
  gpuSpec: z.unknown().optional(),
  retry: z.unknown().optional(),
  /** False: its runs need no uploaded bundle. */
  bundle: z.boolean().default(true),
  paused: z.boolean().default(false),
  note: z.string().max(1_000).default(''),
  ...rulesShape,
});
const updateSchema = z.strictObject({ schedule: fieldsSchema.optional(), ...rulesShape });

type GivenRules = Pick<z.infer<typeof updateSchema>, 'overlap' | 'catchUpSec' | 'jitterSec'>;
const rulesOf = ({ overlap, catchUpSec, jitterSec }: GivenRules, otherwise: ScheduleRules): ScheduleRules => ({
  overlap: overlap ?? otherwise.overlap,
  catchUpMs: catchUpSec === undefined ? otherwise.catchUpMs : Math.round(catchUpSec * 1000),
  jitterMs: jitterSec === undefined ? otherwise.jitterMs : Math.round(jitterSec * 1000),
});

/** GET /api/v1/schedules: oldest first, in pages. */
export const listSchedulesV1 =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const query = parseOrRefuse(response, pageSchema, request.query, 'query');
    if (query === null) return;
    const { project = null, offset, limit } = query;
    const views = await listSchedules(deps, project);
    const schedules = views.slice(offset, offset + limit).map(shownSchedule);
    response.json({ total: views.length, offset, limit, schedules });
  };

/** GET /api/v1/schedules/<id>. */
export const showSchedule =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const view = await scheduleOrRefuse(deps, request, response);
    if (view !== null) response.json(shownSchedule(view));
  };

/** POST /api/v1/schedules. Without cron fields it is created paused. */
export const createScheduleV1 =
  (deps: ApiDeps, options: ApiOptions): RequestHandler =>
  async (request, response) => {
    const body = parseOrRefuse(response, createSchema, request.body, 'schedule');
    if (body === null) return;
    const { id, spec, schedule, metadata, gpuSpec, retry } = body;
    const timeZone = body.timeZone ?? options.timeZone;
    const timing = readScheduleTiming(schedule, timeZone);
    if (timing.kind === 'refused') {
      const field = `schedule.${timing.field}`;
      sendProblem(response, { status: 400, code: 'bad_schedule', detail: timing.because, field });
      return;
    }
    const job = parseScheduledJob(id, { spec, metadata, gpuSpec, retry }, specPolicyOf(options));
    if (job.kind === 'refused') {
      sendProblem(response, { status: 400, code: 'bad_schedule', detail: job.because });
      return;
    }
    const { jobId } = job.value;
    const answer = await createSchedule(deps, options, {
      ...{ ...job.value, timing: timing.timing, rules: rulesOf(body, DEFAULT_RULES) },
      ...{ note: body.note, needsBundle: body.bundle },
      paused: body.paused || Object.keys(schedule).length === 0,
    });
    switch (answer.kind) {
      case 'created': {
        const view = await findSchedule(deps, jobId);
        if (view === null) sendUnknownSchedule(request, response);
        else response.status(201).location(`/api/v1/schedules/${jobId}`).json(shownSchedule(view));
        return;
      }
      case 'no_bundle': {
        const detail = `No bundle ${jobId}.tgz was uploaded; upload one, or say "bundle": false`;
        sendProblem(response, { status: 409, code: 'no_bundle', detail });
        return;
      }
      case 'conflict':
        sendProblem(response, { status: 409, code: 'schedule_exists', detail: `Schedule ${jobId} already exists` });
        return;
      case 'taken': {
        const detail = `Temporal has a schedule schedule:${jobId} already that is not Longshore's; delete or rename it`;
        sendProblem(response, { status: 409, code: 'schedule_taken', detail });
        return;
      }
      case 'too_many': {
        const detail = `There are ${answer.limit} schedules already; limits.maxSchedules allows no more`;
        sendProblem(response, { status: 400, code: 'too_many_schedules', detail });
        return;
      }
      case 'unavailable': {
        const detail = `Schedule ${jobId} was not created: ${answer.because}; try again`;
        response.set('Retry-After', '5');
        sendProblem(response, { status: 503, code: 'temporal_unavailable', detail });
        return;
      }
    }
  };

/** PATCH /api/v1/schedules/<id>: what is not said stays; a paused one stays paused. */
export const updateSchedule =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const body = parseOrRefuse(response, updateSchema, request.body, 'schedule');
    if (body === null) return;
    const view = await scheduleOrRefuse(deps, request, response);
    if (view === null) return;
    const { jobId, timing: old } = view.record;
    const timing = readScheduleTiming(body.schedule ?? old.fields, body.timeZone ?? old.timeZone);
    if (timing.kind === 'refused') {
      const field = `schedule.${timing.field}`;
      sendProblem(response, { status: 400, code: 'bad_schedule', detail: timing.because, field });
      return;
    }
    const change = { kind: 'retime', timing: timing.timing, rules: rulesOf(body, view.rules) } as const;
    await changeSchedule(deps, { jobId, change });
    const changed = await scheduleOrRefuse(deps, request, response);
    if (changed !== null) response.json(shownSchedule(changed));
  };

/** DELETE /api/v1/schedules/<id>: its open runs are stopped with it. */
export const deleteScheduleV1 =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const gone = clientGone(response);
    const view = await scheduleOrRefuse(deps, request, response);
    if (view === null) return;
    const asked = { jobId: view.record.jobId, because: 'its schedule was deleted through the api' };
    if ((await deleteSchedule(deps, asked, gone)) === 'deleted') response.status(204).end();
    else sendUnknownSchedule(request, response);
  };
