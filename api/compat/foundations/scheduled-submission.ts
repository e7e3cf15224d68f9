import type { ScheduleTiming } from '../../../ledger/schedule-ledger.ts';
import { isNestedTooDeep, MAX_NESTING } from '../../http/nesting.ts';
import { readScheduleTiming } from '../../operations/read-schedule-timing.ts';
import { isJsonObject, type JsonObject } from '../../submission/json-kind.ts';
import { ok, type Parsed, refused } from '../../submission/parsed.ts';
import { parseScheduledJob, type ScheduledJob } from '../../submission/scheduled-job.ts';
import type { SpecPolicy } from '../../submission/spec-policy.ts';

type ScheduledSubmission = ScheduledJob & { readonly timing: ScheduleTiming; readonly paused: boolean };

const isEmpty = (schedule: unknown): boolean =>
  schedule === undefined || schedule === null || (isJsonObject(schedule) && Object.keys(schedule).length === 0);

export const parseSchedule = (schedule: JsonObject, timeZone: string): Parsed<ScheduleTiming> => {
  const read = readScheduleTiming(schedule, timeZone);
  return read.kind === 'ok' ? ok(read.timing) : refused(read.because);
};

/** The body of POST /scheduled_jobs. Without a schedule it is created paused, to be given one by PATCH. */
export const parseScheduledSubmission = (
  body: unknown,
  policy: SpecPolicy & { readonly timeZone: string },
): Parsed<ScheduledSubmission> => {
  if (!isJsonObject(body)) return refused("Job must contain 'job_id', 'spec'");
  if (isNestedTooDeep(body)) return refused(`Job payload is nested deeper than ${MAX_NESTING}`);
  const { job_id: id, spec, metadata, gpu_spec: gpuSpec, retry, schedule, ...others } = body;
  if (id === undefined || spec === undefined) return refused("Job must contain 'job_id', 'spec'");
  if (typeof id !== 'string' || !isJsonObject(spec)) return refused("Job must contain valid 'job_id', 'spec'");
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    return refused(
      `Unknown key ${unknown.slice(0, 200)}; known are job_id, spec, schedule, metadata, gpu_spec and retry`,
    );
  }
  const paused = isEmpty(schedule);
  if (!paused && !isJsonObject(schedule)) return refused('Bad job schedule: it must be an object of cron fields');
  const job = parseScheduledJob(id, { spec, metadata, gpuSpec, retry }, policy);
  if (job.kind === 'refused') return job;
  const timing = parseSchedule(isJsonObject(schedule) ? schedule : {}, policy.timeZone);
  if (timing.kind === 'refused') return refused(`Bad job schedule: ${timing.because}`);
  return ok({ ...job.value, timing: timing.value, paused });
};
