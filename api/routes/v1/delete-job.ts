import type { RequestHandler } from 'express';
import type { ApiDeps } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { pathJobId, sendUnknownJob } from './find-job.ts';

/** DELETE /api/v1/jobs/<id>: an ended job and all earlier runs of its id. 409 while it is open. */
export const deleteJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const jobId = pathJobId(request, response);
    if (jobId === null) return;
    const answer = await deps.ledger.forgetJob({ jobId });
    switch (answer.kind) {
      case 'forgotten':
        response.status(204).end();
        return;
      case 'open': {
        const detail = `Job ${jobId} is ${answer.state}: only an ended job can be deleted; cancel it first`;
        sendProblem(response, { status: 409, code: 'job_open', detail });
        return;
      }
      case 'unknown':
        sendUnknownJob(request, response);
        return;
    }
  };
