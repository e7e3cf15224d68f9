import type { RequestHandler } from 'express';
import type { ApiDeps } from '../../api-deps.ts';
import { findJob } from './find-job.ts';

/** GET /api/v1/jobs/<id>: the record, which holds no spec and so no secret. */
export const showJob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const job = await findJob(deps, request, response);
    if (job !== null) response.json(job.record);
  };
