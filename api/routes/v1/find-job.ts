import type { Request, Response } from 'express';
import type { ListedJob } from '../../../ledger/ledger.ts';
import { type JobId, jobIdSchema } from '../../../model/ids.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';

/** The id in the path; null when it cannot be any job's, and the 404 is sent. */
export const pathJobId = (request: Request, response: Response): JobId | null => {
  const jobId = jobIdSchema.safeParse(request.params['id']);
  if (jobId.success) return jobId.data;
  sendUnknownJob(request, response);
  return null;
};

export const sendUnknownJob = (request: Request, response: Response): void => {
  sendProblem(response, {
    status: 404,
    code: 'no_such_job',
    detail: `There is no job ${String(request.params['id'])}`,
  });
};

/** The job the path names; null when there is none, and the 404 is sent. */
export const findJob = async (deps: ApiDeps, request: Request, response: Response): Promise<ListedJob | null> => {
  const jobId = pathJobId(request, response);
  if (jobId === null) return null;
  const job = await deps.ledger.job({ jobId });
  if (job === null) sendUnknownJob(request, response);
  return job;
};
