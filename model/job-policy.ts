import { z } from 'zod';

const allow = () => z.boolean().default(false);
const allowed = (names: readonly string[] = []) => z.array(z.string()).default([...names]);

/**
 * What jobs may ask of the hosts they run on: `policy` in longshore.yaml. The defaults keep a job inside its container;
 * most of these rules, opened, make whoever may submit a job root on the hosts.
 */
export const jobPolicySchema = z.strictObject({
  /** All capabilities and all devices of the host. */
  allowPrivileged: allow(),
  /** On the host's network a job reaches what listens on the host's loopback: Temporal, this api. */
  allowHostNetwork: allow(),
  /** The host's process, IPC, UTS, cgroup and user namespaces. */
  allowHostNamespaces: allow(),
  /** Network, processes, IPC, volumes and links of containers that are not the job's own. */
  allowForeignContainers: allow(),
  /** Beyond those every container has; with or without "CAP_"; ALL stands for all of them. */
  allowedCapabilities: allowed(),
  /** Devices, or directories of devices, of the host. */
  allowedDevices: allowed(),
  allowDeviceCgroupRules: allow(),
  /** Requests to the engine's device drivers, which know nothing of the GPUs that other jobs hold. */
  allowDeviceRequests: allow(),
  /** Entries of security_opt as they are written there, as "seccomp=unconfined". */
  allowedSecurityOptions: allowed(),
  /** Kernel parameters beyond the harmless ones; "net.core.*" stands for all that begin so. */
  allowedSysctls: allowed(),
  allowCgroupParent: allow(),
  allowedRuntimes: allowed(['runc', 'nvidia']),
  /** A named volume is whichever the engine has by that name, also one that no job made. */
  allowNamedVolumes: allow(),
  allowedVolumeDrivers: allowed(['local']),
  /** The options of a driver can make any directory of the host a volume. */
  allowVolumeDriverOptions: allow(),
  /** With shared and slave mounts, what one side mounts shows up on the other. */
  allowMountPropagation: allow(),
  /** Without the OOM killer, or far from it, a job that outgrows its memory can stop the host. */
  allowOomControl: allow(),
  allowRealtimeCpu: allow(),
  /** Ports of the host that lead into the container. */
  allowPublishedPorts: z.boolean().default(true),
});
export type JobPolicy = z.infer<typeof jobPolicySchema>;
