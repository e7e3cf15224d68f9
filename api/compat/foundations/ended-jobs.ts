import type { RequestHandler } from 'express';
import type { ApiDeps } from '../../api-deps.ts';
import { clientGone } from '../../http/client-gone.ts';
import { jsonObject, jsonString } from '../../http/json-text.ts';
import { sendGathered } from '../../http/send-stream.ts';
import { streamJobs, type StandingJob } from '../../operations/stream-jobs.ts';
import { cutText } from './cut-text.ts';
import { endedEntry } from './entries.ts';
import { logText } from './log-text.ts';
import { parseSort } from './sort.ts';
import { sendText } from './text-answers.ts';

/** Of each log inside a list; the job's own log route gives the whole. */
const LISTED_LOG_BYTES = 64 * 1024;

export type EndedGroup = { readonly group: 'succeeded' | 'failed'; readonly path: '/completed_jobs' | '/failed_jobs' };

async function* listing(
  deps: ApiDeps,
  jobs: AsyncIterable<StandingJob>,
  where: { readonly path: string; readonly asPairs: boolean },
  gone: AbortSignal,
): AsyncGenerator<string> {
  const [open, close] = where.asPairs ? ['[', ']'] : ['{', '}'];
  yield open;
  let separator = '';
  for await (const { job } of jobs) {
    if (gone.aborted) return;
    const id = JSON.stringify(job.record.jobId);
    yield where.asPairs ? `${separator}[${id},` : `${separator}${id}:`;
    separator = ',';
    const wholeAt = `${where.path}/${job.record.jobId}/logs`;
    const streams = await deps.logs.streams(job.record.uid);
    const log = cutText(logText(deps, job.record, streams, gone), LISTED_LOG_BYTES, wholeAt);
    yield* jsonObject(endedEntry(job), ['logs', jsonString(log)]);
    if (where.asPairs) yield ']';
  }
  yield `${close}\n`;
}

/** GET /completed_jobs and /failed_jobs: an object by id, or with `sort` a list of pairs; written log by log. */
export const listEnded =
  (deps: ApiDeps, { group, path }: EndedGroup): RequestHandler =>
  async (request, response) => {
    const gone = clientGone(response);
    const sort = request.query['sort'];
    let members = await deps.ledger.group({ group });
    if (sort !== undefined) {
      const order = parseSort(sort);
      if (order.kind === 'refused') {
        sendText(response, 400, order.because);
        return;
      }
      members = members.toSorted(order.value);
    }
    response.type('application/json');
    const jobs = streamJobs(
      deps,
      members.map(({ uid }) => uid),
      gone,
    );
    await sendGathered(response, listing(deps, jobs, { path, asPairs: sort !== undefined }, gone));
  };
