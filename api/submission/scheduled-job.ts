import { isNestedTooDeep, MAX_NESTING } from '../http/nesting.ts';
import { parseJob, parseJobId, type GivenJob, type Submission } from './job.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import type { SpecPolicy } from './spec-policy.ts';

export type ScheduledJob = Omit<Submission, 'neverFits'>;

/** A run's id has the time it was due behind the schedule's, and is a job's id like any other. */
const LONGEST_ID = 108;

/** What each run of a schedule is, by whatever route it comes. */
export const parseScheduledJob = (id: string, given: GivenJob, policy: SpecPolicy): Parsed<ScheduledJob> => {
  if (isNestedTooDeep(given)) return refused(`Job payload is nested deeper than ${MAX_NESTING}`);
  const jobId = parseJobId(id);
  if (jobId.kind === 'refused') return jobId;
  if (id.length > LONGEST_ID) {
    return refused(`Bad job id: a schedule's has at most ${LONGEST_ID} characters, because its runs' ids are longer`);
  }
  const job = parseJob(jobId.value, given, policy);
  if (job.kind === 'refused') return job;
  const { neverFits, ...submission } = job.value;
  // A run of it could only fail: said now, and not at every fire time.
  return neverFits === null ? ok(submission) : refused(`Foundations ERROR: Job '${jobId.value}' ${neverFits}`);
};
