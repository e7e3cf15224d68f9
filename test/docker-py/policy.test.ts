import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobPolicySchema } from '../../model/job-policy.ts';
import { openPolicy, ourRequest, safePolicy } from './our-request.ts';

type Kwargs = Readonly<Record<string, unknown>>;

const refusal = (kwargs: Kwargs, policy = safePolicy): string => {
  const ours = ourRequest({ image: 'busybox', ...kwargs }, policy);
  return ours.kind === 'refused' ? ours.because : 'taken';
};

const mount = (options: Kwargs): Kwargs => ({ mounts: [{ Target: '/m', ...options }] });

/** By the rule that refuses them. */
const byRule: Readonly<Record<string, readonly Kwargs[]>> = {
  allowPrivileged: [{ privileged: true }],
  allowHostNetwork: [
    { network: 'host' },
    { network_mode: 'host' },
    { network: 'a', networking_config: { a: {}, host: {} } },
  ],
  allowHostNamespaces: [
    { ipc_mode: 'host' },
    { pid_mode: 'host' },
    { uts_mode: 'host' },
    { userns_mode: 'host' },
    { cgroupns: 'host' },
  ],
  allowForeignContainers: [
    { network: 'container:other' },
    { network_mode: 'container:other' },
    { ipc_mode: 'container:other' },
    { pid_mode: 'container:other' },
    { volumes_from: ['other'] },
    { volumes_from: 'other' },
    { links: { other: 'o' } },
    { network: 'a', networking_config: { a: { Links: ['other:o'] } } },
    { network: 'a', networking_config: { a: {}, 'container:other': null } },
  ],
  allowedCapabilities: [
    { cap_add: ['SYS_ADMIN'] },
    { cap_add: 'cap_sys_admin' },
    { cap_add: ['ALL'] },
    { cap_add: ['CHOWN', 'NET_ADMIN'] },
  ],
  allowedDevices: [
    { devices: ['/dev/sda'] },
    { devices: ['/dev/null/../sda:/dev/null:rwm'] },
    { devices: [{ PathOnHost: '/dev/kmsg', PathInContainer: '/dev/null', CgroupPermissions: 'r' }] },
    { devices: [{ pathonhost: '/dev/kmsg' }] },
  ],
  allowDeviceCgroupRules: [{ device_cgroup_rules: ['a *:* rwm'] }],
  allowDeviceRequests: [{ device_requests: [{ Count: -1, Capabilities: [['gpu']] }] }, { device_requests: [{}] }],
  allowedSecurityOptions: [
    { security_opt: ['seccomp=unconfined'] },
    { security_opt: ['no-new-privileges:false'] },
    { security_opt: ['no-new-privileges', 'apparmor=unconfined'] },
    { security_opt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] },
    { security_opt: ['systempaths=unconfined'] },
    { security_opt: ['label=disable'] },
  ],
  allowedSysctls: [{ sysctls: { 'kernel.msgmax': 1 } }, { sysctls: { 'net.ipv4.ip_forward': '1' } }],
  allowCgroupParent: [{ cgroup_parent: '/' }],
  allowedRuntimes: [{ runtime: 'unconfined-runtime' }],
  allowNamedVolumes: [
    { volumes: ['cache:/c'] },
    { volumes: { cache: { bind: '/c' } } },
    mount({ Type: 'volume', Source: 'cache' }),
    { volumes: ['cache:/c'], volume_driver: 'local' },
  ],
  allowedVolumeDrivers: [
    { volume_driver: 'anything' },
    mount({ Type: 'volume', VolumeOptions: { DriverConfig: { Name: 'anything' } } }),
  ],
  allowVolumeDriverOptions: [
    mount({
      Type: 'volume',
      VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/etc' } } },
    }),
    mount({ type: 'volume', volumeoptions: { driverconfig: { options: { o: 'bind', device: '/' } } } }),
  ],
  allowMountPropagation: [
    { volumes: ['/data:/d:rshared'] },
    { volumes: { '/data': { bind: '/d', propagation: 'shared' } } },
    mount({ Type: 'bind', Source: '/data', BindOptions: { Propagation: 'rslave' } }),
  ],
  allowOomControl: [{ oom_kill_disable: true }, { oom_score_adj: -1 }],
  allowRealtimeCpu: [{ cpu_rt_runtime: 1 }, { cpu_rt_period: 1 }],
  allowPublishedPorts: [{ ports: { '80': 80 } }, { publish_all_ports: true }],
};
const cases = Object.entries(byRule).flatMap(([rule, all]) => all.map((kwargs): [string, Kwargs] => [rule, kwargs]));

describe('the policy for what jobs may ask of their hosts', () => {
  it('has a case for every rule', () => {
    expect(Object.keys(byRule).sort()).toEqual(Object.keys(jobPolicySchema.shape).sort());
  });

  it('is told of in docs/security.md, each rule by its name', () => {
    const text = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');
    expect(Object.keys(jobPolicySchema.shape).filter((rule) => !text.includes(`| \`${rule}\` `))).toEqual([]);
  });

  it.each(cases)('names the rule %s that refuses %j, and the keyword', (rule, kwargs) => {
    const policy = rule === 'allowPublishedPorts' ? { ...safePolicy, allowPublishedPorts: false } : safePolicy;
    const because = refusal(kwargs, policy);
    expect(because).toContain(`an operator can set \`policy.${rule}\` in longshore.yaml`);
    expect(Object.keys(kwargs).some((keyword) => because.includes(keyword))).toBe(true);
  });

  const opened = {
    ...openPolicy,
    allowedRuntimes: ['unconfined-runtime'],
    allowedVolumeDrivers: ['local', 'anything'],
    allowedSecurityOptions: cases.flatMap(([, { security_opt: options }]) =>
      Array.isArray(options) ? options.map(String) : [],
    ),
  };
  it.each(cases)('takes with the rule %s opened %j', (_rule, kwargs) => {
    expect(refusal(kwargs, opened)).toBe('taken');
  });

  it.each<Kwargs>([
    { restart_policy: { Name: 'always' } },
    { restart_policy: { Name: 'on-failure', MaximumRetryCount: 3 } },
    { log_config: { type: 'json-file' } },
    { log_config: {} },
    { tty: true },
    { lxc_conf: { a: 'b' } },
    { lxc_conf: [] },
  ])('refuses by a rule that no policy opens: %j', (kwargs) => {
    const [keyword = ''] = Object.keys(kwargs);
    expect(refusal(kwargs, openPolicy)).toMatch(
      new RegExp(`${keyword} is refused by the rule (own|no)_[a-z_]+: .+; .+`),
    );
  });

  it.each<Kwargs>([
    mount({ Type: 'bind', Source: '/etc' }),
    mount({ Type: 'bind', Source: '/data/../etc' }),
    mount({ type: 'bind', source: '/var/run/docker.sock' }),
    mount({ Type: 'bind', Source: '/proc/1/root' }),
    mount({ Type: 'bind' }),
    { volumes: ['/var/run/docker.sock:/var/run/docker.sock'] },
  ])('holds every bind to the roots that jobs may mount: %j', (kwargs) => {
    expect(refusal(kwargs, openPolicy)).toMatch(
      /(?:mounts|volumes): ".*" (?:cannot be mounted|must be an absolute path)/,
    );
  });

  it.each<Kwargs>([
    { volumes: ['/data:/d'], tmpfs: { '/d/': '' } },
    { volumes: ['/job-source:/job'], tmpfs: ['/job'] },
    { volumes: ['/own'], mounts: [{ Type: 'volume', Target: '/own/' }] },
    {
      mounts: [
        { Type: 'tmpfs', Target: '/a' },
        { Type: 'volume', Target: '/x/../a' },
      ],
    },
    {
      mounts: [
        { Type: 'bind', Source: '/anything', Target: '/job' },
        { Type: 'tmpfs', Target: '/job' },
      ],
    },
  ])('mounts nothing over another mount: %j', (kwargs) => {
    expect(refusal(kwargs, openPolicy)).toContain('volumes: two of them are mounted at /');
  });

  it('puts the bundle where a mount of its place is asked for', () => {
    const ours = ourRequest(
      { image: 'busybox', mounts: [{ Type: 'bind', Source: '/elsewhere', Target: '/job/', ReadOnly: true }] },
      safePolicy,
    );
    expect(ours).toMatchObject({ plan: { body: { HostConfig: { Binds: ['/bundle:/job:ro'] } } } });
  });

  it('counts a quota of a period as the CPU limit that it is', () => {
    const ours = ourRequest({ image: 'busybox', cpu_quota: 25_000, cpu_period: 50_000 }, safePolicy);
    if (ours.kind === 'refused') throw new Error(ours.because);
    expect(ours.plan.body['HostConfig']).toMatchObject({ CpuQuota: 25_000, CpuPeriod: 50_000 });
    expect(ours.plan.body['HostConfig']).not.toHaveProperty('NanoCpus');
    expect(refusal({ nano_cpus: 1, cpu_quota: 25_000 })).toContain('nano_cpus cannot be used together with cpu_quota');
  });
});
