import type { RequestHandler } from 'express';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { sendStream } from '../../http/send-stream.ts';
import { type StandingJob, streamJobs } from '../../operations/stream-jobs.ts';
import { submitJob } from '../../operations/submit-job.ts';
import { queuedEntry, runningEntry } from './entries.ts';
import { specPolicyOf } from '../../submission/spec-policy.ts';
import { parseSubmission } from './submission.ts';
import { sendBareText, sendJson, sendText, sendUnavailable } from './text-answers.ts';

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
        sendBareText(
          response,
          400,
          `Job bundle ${jobId}.tgz not found`,
          `POST a tar.gz with the one top folder ${jobId} as the form file job_bundle, named ${jobId}.tgz, to /job_bundle first`,
        );
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
    const jobs = streamJobs(deps, order, gone);
    await sendStream(
      response,
      asObject(jobs, ({ job, position }) => [String(position), queuedEntry(job, position)]),
    );
  };

/** GET /running_jobs: by id, written as it is read. */
export const listRunning =
  (deps: ApiDeps): RequestHandler =>
  async (_request, response) => {
    const gone = clientGone(response);
    const uids = (await deps.ledger.group({ group: 'running' })).map(({ uid }) => uid);
    response.type('application/json');
    const jobs = streamJobs(deps, uids, gone);
    await sendStream(
      response,
      asObject(jobs, ({ job }) => [job.record.jobId, runningEntry(job)]),
    );
  };

async function* asObject(
  jobs: AsyncIterable<StandingJob>,
  entryOf: (job: StandingJob) => readonly [key: string, value: unknown],
): AsyncGenerator<string> {
  yield '{';
  let separator = '';
  for await (const job of jobs) {
    const [key, value] = entryOf(job);
    yield `${separator}${JSON.stringify(key)}:${JSON.stringify(value)}`;
    separator = ',';
  }
  yield '}\n';
}
