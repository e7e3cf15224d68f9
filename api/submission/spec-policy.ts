import { type JobPolicy, jobPolicySchema } from '../../model/job-policy.ts';
import type { ApiOptions } from '../api-deps.ts';

/** What a submission is judged by. */
export type SpecPolicy = JobPolicy & {
  /** Host directories a job may bind, each with all that is below it. */
  readonly allowedRoots: readonly string[];
  /** The container directory that stands for the job's bundle, whatever host path is bound to it. */
  readonly bundleTarget: string;
};

export const specPolicyOf = ({ policy, allowedRoots, bundleTarget }: ApiOptions): SpecPolicy => ({
  ...(policy ?? jobPolicySchema.parse({})),
  allowedRoots,
  bundleTarget,
});
