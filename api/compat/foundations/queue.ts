import type { RequestHandler } from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { sendStream } from '../../http/send-stream.ts';
import { type StandingJob, streamQueue } from '../../operations/stream-queue.ts';
import { submitJob } from '../../operations/submit-job.ts';
import { queuedEntry, runningEntry } from './entries.ts';
import { specPolicyOf } from './spec-policy.ts';
import { parseSubmission } from './submission.ts';
import { sendJson, sendText, sendUnavailable } from './text-answers.ts';

/** POST /queued_jobs. */
export const postQueuedJob = (deps: ApiDeps, options: ApiOptions): RequestHandler => {
  const policy = specPolicyOf(options);
  return async (request, response) => {
    const submission = parseSubmission(request.body, policy);
    if (submission.kind === 'refused') {
      sendText(response, 400, submission.because);
      return;
    }
    const { jobId } = submission.value;
    const answer = await submitJob(deps, options, { ...submission.value, needsBundle: true });
    switch (answer.kind) {
      case 'accepted':
        sendJson(response, 201, jobId);
        return;
      case 'conflict':
        sendText(response, 409, `Job ${jobId} already exists`);
        return;
      case 'no_bundle':
        sendText(response, 400, `Job bundle ${jobId}.tgz not found`);
        return;
      case 'queue_full':
        sendUnavailable(
          response,
          429,
          `The queue is full: ${answer.limit} jobs wait already; try again when some have started`,
        );
        return;
      case 'unavailable':
        sendUnavailable(response, 503, `Job ${jobId} was not queued: ${answer.because}; try again`);
        return;
    }
  };
};

/** GET /queued_jobs: by position, written as it is read. */
export const listQueued =
  (deps: ApiDeps, { pool }: ApiOptions): RequestHandler =>
  async (_request, response) => {
    const gone = clientGone(response);
    const order = await deps.ledger.queueOrder({ pool });
    response.type('application/json');
    await sendStream(response, byPosition(streamQueue(deps, order, gone)));
  };

async function* byPosition(jobs: AsyncIterable<StandingJob>): AsyncGenerator<string> {
  yield '{';
  for await (const { job, position } of jobs) {
    yield `${position === 0 ? '' : ','}"${position}":${JSON.stringify(queuedEntry(job, position))}`;
  }
  yield '}\n';
}

/** GET /running_jobs: by id. */
export const listRunning =
  (deps: ApiDeps): RequestHandler =>
  async (_request, response) => {
    const jobs = await deps.ledger.list({ group: 'running' });
    sendJson(response, 200, Object.fromEntries(jobs.map((job) => [job.record.jobId, runningEntry(job)])));
  };
