import type { RequestHandler } from 'express';
import { z } from 'zod';
import { LongshoreError } from '../../../model/error.ts';
import { helloSchema } from '../../../model/host.ts';
import { jobUidSchema } from '../../../model/ids.ts';
import { noticeSchema } from '../../../model/notice.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { greetHost } from '../../operations/greet-host.ts';
import { parseBody } from './parse-body.ts';

const noticesSchema = z.object({ notices: z.array(noticeSchema) });
const failSchema = z.object({
  pending: z.array(z.object({ workflowId: z.string().min(1), runId: z.string(), activityId: z.string().min(1) })),
  because: z.string(),
});

/** POST /hello: the verdict alone makes a host placeable. */
export const hello =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const said = parseBody(helloSchema, request.body, response);
    if (said !== null) response.json(await greetHost(deps, said));
  };

/** POST /notices: facts past the workflow; may be repeated. */
export const notices =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const report = parseBody(noticesSchema, request.body, response);
    if (report === null) return;
    await deps.ledger.report(report);
    response.status(204).end();
  };

/** GET /jobs/<uid>/spec: with its environment, for the host that runs it. */
export const spec =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const uid = jobUidSchema.safeParse(request.params['uid']);
    const job = uid.success ? await deps.ledger.jobByUid({ uid: uid.data }) : null;
    if (job === null) {
      sendProblem(response, {
        status: 404,
        code: 'no_such_job',
        detail: `No job has the uid ${String(request.params['uid'])}`,
      });
      return;
    }
    if (job.isSpecLost) {
      const detail = `The ledger was restored without the spec of job ${job.record.jobId}`;
      sendProblem(response, { status: 410, code: 'spec_lost', detail });
      return;
    }
    // Not the host's doing, and mended by the right key: it asks again.
    if (job.spec === null) throw new LongshoreError('spec_unreadable', job.unreadable ?? '');
    response.set('Cache-Control', 'no-store').json(job.spec);
  };

/** POST /activities/fail: Temporal then tries them again at once, on the host's new worker. */
export const failActivities =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const dead = parseBody(failSchema, request.body, response);
    if (dead === null) return;
    for (const pending of dead.pending) await deps.gateway.failActivity(pending, dead.because);
    response.status(204).end();
  };
