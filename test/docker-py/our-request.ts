import { parseSubmission } from '../../api/compat/foundations/submission.ts';
import type { SpecPolicy } from '../../api/submission/spec-policy.ts';
import { hostNameSchema } from '../../model/ids.ts';
import { jobPolicySchema } from '../../model/job-policy.ts';
import { replicaRefSchema } from '../../model/replica.ts';
import { planContainer, type ContainerPlan } from '../../scheduling/container-plan.ts';

/** Everything allowed: here only docker-py's say counts. */
export const openPolicy: SpecPolicy = {
  ...jobPolicySchema.parse({
    allowPrivileged: true,
    allowHostNetwork: true,
    allowHostNamespaces: true,
    allowForeignContainers: true,
    allowedCapabilities: ['ALL'],
    allowedDevices: ['/dev'],
    allowDeviceCgroupRules: true,
    allowDeviceRequests: true,
    allowedSecurityOptions: ['seccomp=unconfined'],
    allowedSysctls: ['net.*', 'kernel.*'],
    allowCgroupParent: true,
    allowNamedVolumes: true,
    allowVolumeDriverOptions: true,
    allowMountPropagation: true,
    allowOomControl: true,
    allowRealtimeCpu: true,
  }),
  allowedRoots: ['/data', '/tmp'],
  bundleTarget: '/job',
};

export const safePolicy: SpecPolicy = { ...openPolicy, ...jobPolicySchema.parse({}) };

const replica = replicaRefSchema.parse({
  uid: '01JD0000000000000000ABCDEF',
  jobId: 'train',
  role: 'main',
  replica: 0,
  attempt: 1,
  epoch: { generation: 1, counter: 7 },
});

export type OurRequest =
  { readonly kind: 'request'; readonly plan: ContainerPlan } | { readonly kind: 'refused'; readonly because: string };

/** What a submission of these keyword arguments makes of a container. */
export const ourRequest = (kwargs: unknown, policy: SpecPolicy): OurRequest => {
  const submission = parseSubmission({ job_id: 'train', spec: kwargs }, policy);
  if (submission.kind === 'refused') return { kind: 'refused', because: submission.because };
  const [role] = submission.value.spec.roles;
  if (role === undefined) throw new Error('a submission without a role');
  const plan = planContainer(role.container, replica, {
    engineId: 'ENGINE',
    hostName: hostNameSchema.parse('alpha'),
    bundleDirectory: '/bundle',
    gpuIds: [],
    logBacklog: { fileBytes: 1_000_000, files: 2 },
  });
  return { kind: 'request', plan };
};
