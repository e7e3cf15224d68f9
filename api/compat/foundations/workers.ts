import type { RequestHandler } from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { sendJson, sendText, sendUnavailable } from './text-answers.ts';

/** GET /workers: one per slot, over all hosts. `pending`: its host takes no jobs now. */
export const listWorkers =
  (deps: ApiDeps): RequestHandler =>
  async (_request, response) => {
    const entries = (await deps.ledger.hosts()).flatMap(({ name, workers, placeable }) =>
      workers.map((id) => [String(id), { id: String(id), max_instances: 1, name, pending: !placeable }] as const),
    );
    sendJson(response, 200, Object.fromEntries(entries));
  };

/** POST /workers: one more job at once, on the host with the fewest. */
export const addWorker =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (_request, response) => {
    const answer = await deps.ledger.addWorker({ pool });
    if (answer.kind === 'added') sendJson(response, 201, String(answer.id));
    else sendUnavailable(response, 503, `Pool ${pool} has no host to add a worker to; start one with "longshore host"`);
  };

/** DELETE /workers/<id>: one less; what runs is not stopped for it. */
export const deleteWorker =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const text = String(request.params['id']);
    const answer = /^[1-9]\d{0,14}$/.test(text)
      ? await deps.ledger.removeWorker({ id: Number(text) })
      : ({ kind: 'unknown' } as const);
    if (answer.kind === 'removed') response.status(204).end();
    else sendText(response, 404, `Bad worker id ${text}`);
  };
