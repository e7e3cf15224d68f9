import type { RequestHandler } from 'express';
import type { JobGroup, Ledger, ListedJob } from '../../../ledger/ledger.ts';
import { jobIdSchema } from '../../../model/ids.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { jsonObject, jsonString } from '../../http/json-text.ts';
import { sendGathered } from '../../http/send-stream.ts';
import { groupOf } from '../../operations/job-group.ts';
import { noteUnreadable } from '../../operations/note-unreadable.ts';
import { stopRunningJob } from '../../operations/stop-running-job.ts';
import { shownSpec, statusOf } from './entries.ts';
import { logText } from './log-text.ts';
import { sendJson, sendText, sendUnavailable } from './text-answers.ts';

const findJob = async (deps: ApiDeps, id: unknown): Promise<ListedJob | null> => {
  const jobId = jobIdSchema.safeParse(id);
  return jobId.success ? deps.ledger.job({ jobId: jobId.data }) : null;
};

const findJobWithLog = async (deps: ApiDeps, id: unknown): ReturnType<Ledger['jobWithLog']> => {
  const jobId = jobIdSchema.safeParse(id);
  return jobId.success ? deps.ledger.jobWithLog({ jobId: jobId.data }) : null;
};

const badId = (id: unknown): string => `Bad job id ${String(id)}`;

/** GET /jobs/<id>, with the whole log. */
export const showJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const gone = clientGone(response);
    const found = await findJobWithLog(deps, request.params['id']);
    if (found === null) {
      sendText(response, 404, badId(request.params['id']));
      return;
    }
    const { job, log } = found;
    noteUnreadable(deps, job);
    const { record } = job;
    const head = { job_id: record.jobId, status: statusOf(record), spec: shownSpec(job) };
    response.type('application/json');
    await sendGathered(response, withNewline(jsonObject(head, ['logs', jsonString(logText(deps, record, log, gone))])));
  };

/** GET .../<id>/logs of one list: the whole log as a JSON string. A job that stands in another list is unknown here. */
export const showLogs =
  (deps: ApiDeps, group: JobGroup): RequestHandler =>
  async (request, response) => {
    const gone = clientGone(response);
    const found = await findJobWithLog(deps, request.params['id']);
    if (found === null || groupOf(found.job.record) !== group) {
      sendText(response, 404, badId(request.params['id']));
      return;
    }
    response.type('application/json');
    await sendGathered(response, withNewline(jsonString(logText(deps, found.job.record, found.log, gone))));
  };

/** GET /running_jobs/<id>/container_id: as the job's engine has it; "" while no container of it has started. */
export const showContainer =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const job = await findJob(deps, request.params['id']);
    if (job === null || groupOf(job.record) !== 'running') sendText(response, 404, badId(request.params['id']));
    else sendJson(response, 200, (await deps.ledger.containerId({ uid: job.record.uid })) ?? '');
  };

/** DELETE /completed_jobs/<id>: a failed one too; an open job is none of them. */
export const deleteJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const jobId = jobIdSchema.safeParse(request.params['id']);
    const answer = jobId.success ? await deps.ledger.forgetJob({ jobId: jobId.data }) : null;
    if (answer?.kind === 'forgotten') response.status(204).end();
    else sendText(response, 404, `Job ${String(request.params['id'])} not found`);
  };

/** DELETE /running_jobs/<id>. */
export const stopJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const gone = clientGone(response);
    const jobId = jobIdSchema.safeParse(request.params['id']);
    const answer = jobId.success ? await stopRunningJob(deps, jobId.data, gone) : ({ kind: 'unknown' } as const);
    switch (answer.kind) {
      case 'stopped':
        response.status(204).end();
        return;
      case 'unknown':
        sendText(response, 404, badId(request.params['id']));
        return;
      case 'still_stopping':
        sendUnavailable(
          response,
          503,
          `Job ${String(request.params['id'])} is still stopping; it goes on without this request`,
        );
        return;
    }
  };

async function* withNewline(json: AsyncIterable<string>): AsyncGenerator<string> {
  yield* json;
  yield '\n';
}
