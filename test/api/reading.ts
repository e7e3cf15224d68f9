import { parseSubmission } from '../../api/compat/foundations/submission.ts';
import type { ContainerSpec } from '../../model/job-spec.ts';
import { jobPolicySchema } from '../../model/job-policy.ts';

const policy = {
  ...jobPolicySchema.parse({}),
  allowedRoots: ['/srv/foundations', '/data/'],
  bundleTarget: '/job',
};

/** `over`: what the policy says besides. */
export const parse = (body: unknown, over: Partial<typeof policy> = {}) =>
  parseSubmission(body, { ...policy, ...over });
export const parseSpec = (spec: Record<string, unknown>) => parse({ job_id: 'a', spec: { image: 'busybox', ...spec } });
/** Throws what it was refused for. */
export const container = (spec: Record<string, unknown>): ContainerSpec | undefined => {
  const parsed = parseSpec(spec);
  if (parsed.kind === 'refused') throw new Error(parsed.because);
  return parsed.value.spec.roles[0]?.container;
};
export const refusal = (body: unknown): string => {
  const parsed = parse(body);
  return parsed.kind === 'refused' ? parsed.because : 'accepted';
};
export const specRefusal = (spec: Record<string, unknown>): string =>
  refusal({ job_id: 'a', spec: { image: 'b', ...spec } });
