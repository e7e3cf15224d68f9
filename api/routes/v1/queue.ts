import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { NotInQueue } from '../../../ledger/ledger.ts';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { parseOrRefuse } from '../../http/parse-or-refuse.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { explain, type ExplainedEntry, listQueue } from '../../operations/list-queue.ts';
import { pathJobId, sendUnknownJob } from './find-job.ts';

const MOST_PER_PAGE = 1_000;
const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number, 0 or more')
  .transform(Number);
const pageSchema = z.strictObject({
  offset: wholeNumber.default(0),
  limit: wholeNumber.pipe(z.number().min(1).max(MOST_PER_PAGE)).default(100),
});
const clearSchema = z.strictObject({ all: z.literal('true', 'expected all=true, which says that every job is meant') });
const holdSchema = z
  .strictObject({}, { error: 'expected no fields: /hold holds the job and /release ends that' })
  .nullish()
  .transform((body) => body ?? {});
const moveSchema = z.strictObject({ position: z.number().int().min(0) });

const shownEntry = ({ heldAtMs, confirmed, ...entry }: ExplainedEntry) => ({
  ...entry,
  state: confirmed ? 'queued' : 'admitted',
  held: heldAtMs !== null,
  heldAtMs,
});

const sendNotInQueue = (request: Request, response: Response, answer: NotInQueue): void => {
  if (answer.kind === 'unknown') {
    sendUnknownJob(request, response);
    return;
  }
  const detail = `Job ${String(request.params['id'])} is ${answer.state}: it does not wait in the queue`;
  sendProblem(response, { status: 409, code: 'not_queued', detail });
};

/** GET /api/v1/queue. */
export const showQueue =
  (deps: ApiDeps, options: ApiOptions): RequestHandler =>
  async (request, response) => {
    const { pool } = options;
    const query = parseOrRefuse(response, pageSchema, request.query, 'query');
    if (query === null) return;
    const { total, entries } = await listQueue(deps, options, { pool, ...query });
    response.json({ pool, total, ...query, entries: entries.map(shownEntry) });
  };

/** DELETE /api/v1/queue?all=true. */
export const clearQueue =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (request, response) => {
    if (parseOrRefuse(response, clearSchema, request.query, 'query') === null) return;
    response.json(await deps.ledger.clearQueue({ pool, because: 'the queue was cleared through the api' }));
  };

/** DELETE /api/v1/queue/<id>. */
export const removeFromQueue =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (request, response) => {
    const jobId = pathJobId(request, response);
    if (jobId === null) return;
    const because = 'deleted from the queue through the api';
    const answer = await deps.ledger.removeQueued({ pool, target: { kind: 'job', jobId }, because });
    if (answer.kind === 'removed') response.status(204).end();
    else sendNotInQueue(request, response, answer);
  };

/** POST /api/v1/queue/<id>/move. */
export const moveInQueue =
  (deps: ApiDeps, options: ApiOptions): RequestHandler =>
  async (request, response) => {
    const { pool } = options;
    const body = parseOrRefuse(response, moveSchema, request.body, 'body');
    if (body === null) return;
    const jobId = pathJobId(request, response);
    if (jobId === null) return;
    const answer = await deps.ledger.moveQueued({ pool, target: { kind: 'job', jobId }, to: body.position });
    if (answer.kind === 'moved') response.json(shownEntry(await explain(deps, options, answer.entry)));
    else sendNotInQueue(request, response, answer);
  };

/** POST /api/v1/queue/<id>/hold and /release. */
export const holdInQueue =
  (deps: ApiDeps, options: ApiOptions, held: boolean): RequestHandler =>
  async (request, response) => {
    const { pool } = options;
    if (parseOrRefuse(response, holdSchema, request.body, 'body') === null) return;
    const jobId = pathJobId(request, response);
    if (jobId === null) return;
    const answer = await deps.ledger.holdQueued({ pool, jobId, held });
    if (answer.kind === 'kept') response.json(shownEntry(await explain(deps, options, answer.entry)));
    else sendNotInQueue(request, response, answer);
  };
