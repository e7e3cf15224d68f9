import { constants } from 'node:os';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { cancelJob } from '../../operations/cancel-job.ts';
import { pathJobId, sendUnknownJob } from './find-job.ts';

const bodySchema = z.strictObject({
  graceSec: z.number().min(0).max(3600).nullish(),
  signal: z
    .string()
    .refine((name) => Object.hasOwn(constants.signals, name), 'expected the name of a POSIX signal, like SIGTERM')
    .nullish(),
});

/** POST /api/v1/jobs/<id>/cancel: 202 when the end is requested; 200 with the record when the job had ended already. */
export const cancel =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const body = bodySchema.safeParse(request.body ?? {});
    if (!body.success) {
      const [issue] = body.error.issues;
      const field = issue?.path.join('.') ?? '';
      const detail = `${field === '' ? 'The body' : field}: ${issue?.message ?? 'not understood'}`;
      sendProblem(response, { status: 400, code: 'bad_cancel', detail, ...(field === '' ? {} : { field }) });
      return;
    }
    const jobId = pathJobId(request, response);
    if (jobId === null) return;
    const { graceSec = null, signal = null } = body.data;
    const answer = await cancelJob(deps, { jobId, graceSec, signal, because: 'cancelled through the api' });
    switch (answer.kind) {
      case 'requested':
        response.status(202).json(answer.record);
        return;
      case 'ended':
        response.status(200).json(answer.record);
        return;
      case 'unknown':
        sendUnknownJob(request, response);
        return;
    }
  };
