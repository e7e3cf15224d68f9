import type { Request, RequestHandler, Response } from 'express';
import type { NotInQueue } from '../../../ledger/ledger.ts';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { noteUnreadable } from '../../operations/note-unreadable.ts';
import { queuedEntry } from './entries.ts';
import { ok, type Parsed, refused } from '../../submission/parsed.ts';
import { sendJson, sendText } from './text-answers.ts';

/** Null: what the path names can be no position, so nothing stands there. */
const pathPosition = (request: Request): number | null => {
  const text = String(request.params['position']);
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
};

const sendBadPosition = (request: Request, response: Response): void => {
  sendText(response, 404, `Bad queue position ${String(request.params['position'])}`);
};

/** The body of PATCH: any place past the end means the last one, and -0 is 0. */
const parseNewPosition = (body: unknown): Parsed<number> => {
  if (typeof body === 'number' && Number.isInteger(body) && body >= 0) return ok(Math.min(body, 1e15) + 0);
  return refused(
    `Bad new queue position ${JSON.stringify(body ?? null).slice(0, 100)}: the body must be a JSON integer, 0 or more`,
  );
};

/** GET /queued_jobs/<position>. */
export const showQueued =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (request, response) => {
    const position = pathPosition(request);
    const job = position === null ? null : await deps.ledger.queuedAt({ pool, position });
    if (job === null) {
      sendBadPosition(request, response);
      return;
    }
    noteUnreadable(deps, job);
    sendJson(response, 200, queuedEntry(job, position ?? 0));
  };

/** DELETE /queued_jobs/<position>. */
export const deleteQueued =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (request, response) => {
    const position = pathPosition(request);
    const because = 'deleted by DELETE /queued_jobs';
    const answer: { readonly kind: 'removed' } | NotInQueue =
      position === null
        ? { kind: 'unknown' }
        : await deps.ledger.removeQueued({ pool, target: { kind: 'position', position }, because });
    if (answer.kind === 'removed') response.status(204).end();
    else sendBadPosition(request, response);
  };

/** PATCH /queued_jobs/<position>, body: the new position. */
export const moveQueued =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (request, response) => {
    const position = pathPosition(request);
    if (position === null) {
      sendBadPosition(request, response);
      return;
    }
    const to = parseNewPosition(request.body);
    if (to.kind === 'refused') {
      sendText(response, 400, to.because);
      return;
    }
    const answer = await deps.ledger.moveQueued({ pool, target: { kind: 'position', position }, to: to.value });
    if (answer.kind === 'moved') response.status(204).end();
    else sendBadPosition(request, response);
  };
