import type { RequestHandler } from 'express';
import { z } from 'zod';
import { overlapPolicySchema } from '../../../model/schedule.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { parseOrRefuse } from '../../http/parse-or-refuse.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { changeSchedule } from '../../operations/change-schedule.ts';
import { scheduleOrRefuse, sendUnknownSchedule, shownSchedule } from './find-schedule.ts';

const pauseSchema = z.strictObject({ note: z.string().max(1_000).optional() }).nullish();
const triggerSchema = z.strictObject({ overlap: overlapPolicySchema.nullish() }).nullish();
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const backfillSchema = z.strictObject({ from: instant, to: instant, overlap: overlapPolicySchema.nullish() });

/** POST /api/v1/schedules/<id>/pause and /unpause. */
export const pauseSchedule =
  (deps: ApiDeps, paused: boolean): RequestHandler =>
  async (request, response) => {
    const body = parseOrRefuse(response, pauseSchema, request.body, 'order');
    if (body === null && request.body !== undefined && request.body !== null) return;
    const view = await scheduleOrRefuse(deps, request, response);
    if (view === null) return;
    if (!paused && view.nextFiresMs.length === 0) {
      const detail = `Schedule ${view.record.jobId} has ended: nothing of it is due any more; change its times first`;
      sendProblem(response, { status: 409, code: 'schedule_ended', detail });
      return;
    }
    const note = body?.note ?? `${paused ? 'paused' : 'unpaused'} through the api`;
    await changeSchedule(deps, { jobId: view.record.jobId, change: { kind: 'pause', paused, note } });
    const changed = await scheduleOrRefuse(deps, request, response);
    if (changed !== null) response.json(shownSchedule(changed));
  };

/** POST /api/v1/schedules/<id>/trigger: one run now, paused or not. 202: Temporal starts it within moments. */
export const triggerSchedule =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const body = parseOrRefuse(response, triggerSchema, request.body, 'order');
    if (body === null && request.body !== undefined && request.body !== null) return;
    const view = await scheduleOrRefuse(deps, request, response);
    if (view === null) return;
    const answer = await deps.scheduleGateway.trigger(view.record.jobId, body?.overlap ?? null);
    if (answer === 'gone') sendUnknownSchedule(request, response);
    else response.status(202).json({ id: view.record.jobId });
  };

/** POST /api/v1/schedules/<id>/backfill: the runs that were due in a stretch of the past, both ends included. */
export const backfillSchedule =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const body = parseOrRefuse(response, backfillSchema, request.body, 'order');
    if (body === null) return;
    const { from: fromMs, to: toMs, overlap = null } = body;
    if (fromMs > toMs || toMs > deps.clock.nowMs()) {
      const detail = 'from: expected a stretch of the past, from an instant to a later one';
      sendProblem(response, { status: 400, code: 'bad_order', detail, field: 'from' });
      return;
    }
    const view = await scheduleOrRefuse(deps, request, response);
    if (view === null) return;
    const answer = await deps.scheduleGateway.backfill(view.record.jobId, { fromMs, toMs, overlap });
    if (answer === 'gone') sendUnknownSchedule(request, response);
    else response.status(202).json({ id: view.record.jobId });
  };
