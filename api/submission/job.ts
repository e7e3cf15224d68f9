import { type JobId, jobIdSchema, roleNameSchema } from '../../model/ids.ts';
import type { JobSpec, RetryPolicy } from '../../model/job-spec.ts';
import { parseGpuSpec } from './gpu-spec.ts';
import { isJsonObject, jsonKind, type JsonObject } from './json-kind.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import { parseSpec } from './spec.ts';
import type { SpecPolicy } from './spec-policy.ts';

export type Submission = {
  readonly jobId: JobId;
  readonly project: string;
  readonly owner: string;
  readonly spec: JobSpec;
  /** Why no host can ever run it; null = one might. */
  readonly neverFits: string | null;
  /** Kept to be shown again as it came. */
  readonly metadata: { readonly metadata: unknown; readonly gpu_spec: unknown };
};

/** As docker-py and the Foundations SDK say a job. */
export type GivenJob = {
  readonly spec: JsonObject;
  readonly metadata: unknown;
  readonly gpuSpec: unknown;
  readonly retry: unknown;
};

const ROLE = roleNameSchema.parse('main');
const MAX_LABEL_CHARS = 255;

const parseWho = (field: string, value: unknown, absent: string): Parsed<string> => {
  if (value === undefined || value === null || value === '') return ok(absent);
  if (typeof value !== 'string') return refused(`Bad job metadata: ${field} must be a string, not ${jsonKind(value)}`);
  if (value.includes('\0')) return refused(`Bad job metadata: ${field} must not hold a NUL character`);
  return value.length <= MAX_LABEL_CHARS
    ? ok(value)
    : refused(`Bad job metadata: ${field} is longer than ${MAX_LABEL_CHARS} characters`);
};

const parseMetadata = (metadata: unknown): Parsed<{ readonly project: string; readonly owner: string }> => {
  if (metadata === undefined || metadata === null) return ok({ project: 'default', owner: 'anonymous' });
  if (!isJsonObject(metadata)) return refused(`Bad job metadata: it must be an object, not ${jsonKind(metadata)}`);
  const project = parseWho('project_name', metadata['project_name'], 'default');
  if (project.kind === 'refused') return project;
  const owner = parseWho('username', metadata['username'], 'anonymous');
  if (owner.kind === 'refused') return owner;
  return ok({ project: project.value, owner: owner.value });
};

const parseRetry = (retry: unknown): Parsed<RetryPolicy> => {
  if (retry === undefined || retry === null) return ok({ maxAttempts: 1 });
  if (!isJsonObject(retry)) return refused(`Bad retry: it must be an object, not ${jsonKind(retry)}`);
  const { max_attempts: maxAttempts = 1, ...others } = retry;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return refused(`Bad retry: unknown key ${unknown}; known is max_attempts`);
  return typeof maxAttempts === 'number' && Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 100
    ? ok({ maxAttempts })
    : refused('Bad retry: max_attempts must be a whole number from 1 to 100');
};

export const parseJobId = (id: unknown): Parsed<JobId> => {
  const jobId = jobIdSchema.safeParse(id);
  if (jobId.success) return ok(jobId.data);
  const given = typeof id === 'string' ? `"${id.slice(0, 200)}"` : jsonKind(id);
  return refused(
    `Bad job id ${given}: it must be 1 to 128 letters, digits, "_", "." or "-" and begin with a letter or a digit`,
  );
};

/** What a job is, by whatever route it comes. */
export const parseJob = (jobId: JobId, given: GivenJob, policy: SpecPolicy): Parsed<Submission> => {
  const people = parseMetadata(given.metadata);
  if (people.kind === 'refused') return people;
  const gpus = parseGpuSpec(given.gpuSpec);
  if (gpus.kind === 'refused') return gpus;
  const retry = parseRetry(given.retry);
  if (retry.kind === 'refused') return retry;
  const container = parseSpec(given.spec, gpus.value.gpus, policy);
  if (container.kind === 'refused') return container;
  return ok({
    jobId,
    ...people.value,
    neverFits: gpus.value.neverFits,
    spec: {
      roles: [{ name: ROLE, replicas: 1, container: container.value }],
      retry: retry.value,
      stop: { signal: null, graceSec: 10 },
      runTimeoutSec: null,
      submitted: given.spec,
    },
    metadata: { metadata: given.metadata ?? {}, gpu_spec: given.gpuSpec ?? {} },
  });
};
