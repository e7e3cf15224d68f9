import { isNestedTooDeep, MAX_NESTING } from '../../http/nesting.ts';
import { parseJob, parseJobId, type Submission } from '../../submission/job.ts';
import { isJsonObject, jsonKind } from '../../submission/json-kind.ts';
import { type Parsed, refused } from '../../submission/parsed.ts';
import type { SpecPolicy } from '../../submission/spec-policy.ts';

/** The body of POST /queued_jobs, checked in the contract's order: payload, required fields, unknown ones, id, spec. */
export const parseSubmission = (body: unknown, policy: SpecPolicy): Parsed<Submission> => {
  if (!isJsonObject(body) || Object.keys(body).length === 0) return refused('Job must contain json payload');
  if (isNestedTooDeep(body)) return refused(`Job payload is nested deeper than ${MAX_NESTING}`);
  const { job_id: id, spec, metadata, gpu_spec: gpuSpec, retry, ...others } = body;
  if (id === undefined || id === null || spec === undefined || spec === null) {
    return refused('Bad job spec: job_id and spec are required');
  }
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    return refused(`Unknown key ${unknown.slice(0, 200)}; known are job_id, spec, metadata, gpu_spec and retry`);
  }
  const jobId = parseJobId(id);
  if (jobId.kind === 'refused') return jobId;
  if (!isJsonObject(spec)) return refused(`Bad job spec: spec must be an object, not ${jsonKind(spec)}`);
  return parseJob(jobId.value, { spec, metadata, gpuSpec, retry }, policy);
};
