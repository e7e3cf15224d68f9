import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { sendStream } from '../../http/send-stream.ts';
import { followLogs } from '../../operations/follow-logs.ts';
import { readLogs } from '../../operations/read-logs.ts';
import { findJob } from './find-job.ts';

const querySchema = z.strictObject({
  follow: z.enum(['true', 'false']).default('false'),
  attempt: z.coerce.number().int().min(1).optional(),
  stream: z.enum(['all', 'stdout', 'stderr']).default('all'),
});

/**
 * GET /api/v1/jobs/<id>/logs: the bytes as printed. A follow is cut, not ended, when the server stops, so that nobody
 * takes it for the whole log.
 */
export const logs =
  (deps: ApiDeps, closing: AbortSignal): RequestHandler =>
  async (request, response) => {
    const query = querySchema.safeParse(request.query);
    if (!query.success) {
      const [issue] = query.error.issues;
      const field = issue?.path.join('.') ?? '';
      sendProblem(response, {
        status: 400,
        code: 'bad_log_query',
        detail: `${field === '' ? 'The query' : field}: ${issue?.message ?? 'not understood'}`,
        ...(field === '' ? {} : { field }),
      });
      return;
    }
    const gone = clientGone(response);
    const job = await findJob(deps, request, response);
    if (job === null) return;
    const { follow, attempt = null, stream: streams } = query.data;
    const { uid } = job.record;
    response.type('text/plain').set({
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
    });
    if (follow === 'false' || request.method === 'HEAD') {
      await sendStream(response, readLogs(deps, await deps.logs.streams(uid), { attempt, streams }, gone));
      return;
    }
    const cut = (): void => {
      response.destroy();
    };
    closing.addEventListener('abort', cut, { once: true });
    response.once('close', () => {
      closing.removeEventListener('abort', cut);
    });
    response.flushHeaders();
    await sendStream(response, followLogs(deps, uid, { attempt, streams }, gone));
  };
