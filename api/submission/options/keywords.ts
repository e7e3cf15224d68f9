import { parseFlag, parseSizeOrUnlimited, parseText, parseWhole } from '../scalars.ts';
import { parseAddedCapabilities, parseDroppedCapabilities } from './capabilities.ts';
import { parseDeviceRequests } from './device-requests.ts';
import { parseDevices } from './devices.ts';
import { listOf, mapOf } from './engine-object.ts';
import { parseGroups } from './groups.ts';
import { parseHealthcheck } from './healthcheck.ts';
import { parseExtraHosts, parseLinks } from './hosts.ts';
import { foreignRule, parseCgroupNamespace, parseHostMode, parseIpcMode, parsePidMode } from './namespaces.ts';
import { parseVolumeDriver } from './mounts.ts';
import { config, host, ignored, type Keyword, unlessFalsy } from './option.ts';
import { autoRemove, initPath, logConfig, lxcConf, restartPolicy, tty } from './own-business.ts';
import { parseIsolation } from './isolation.ts';
import { parsePorts } from './ports.ts';
import { needs } from './rules.ts';
import { parseSecurityOptions } from './security-options.ts';
import { parseSysctls } from './sysctls.ts';
import { parseThrottles, parseWeights } from './throttles.ts';
import { parseTmpfs } from './tmpfs.ts';
import { parseUlimits } from './ulimits.ts';
import { parseVolumesFrom } from './volumes-from.ts';

const texts = listOf(parseText);
const leaveOut = 'leave it out';
const oomRule = {
  rule: 'allowOomControl',
  because: 'a job that outgrows its memory could stop its host',
  wayOut: leaveOut,
} as const;
const realtimeRule = {
  rule: 'allowRealtimeCpu',
  because: 'realtime scheduling can starve everything else of its host',
  wayOut: leaveOut,
} as const;
const portsRule = {
  rule: 'allowPublishedPorts',
  because: "it opens ports of the host's own",
  wayOut: 'let the two meet in a network by its name',
} as const;

/**
 * docker-py's keywords whose values go to the engine, each with its place there; spec.ts reads the others. Those that
 * docker-py leaves out when they are empty or false stand under `unlessFalsy`.
 */
export const engineKeywords: ReadonlyMap<string, Keyword> = new Map([
  // Of the container itself.
  ['domainname', config('Domainname', parseText)],
  ['healthcheck', config('Healthcheck', parseHealthcheck)],
  ['hostname', config('Hostname', parseText)],
  ['mac_address', config('MacAddress', parseText)],
  ['network_disabled', config('NetworkDisabled', parseFlag)],
  ['stdin_open', config('OpenStdin', parseFlag)],
  ['stop_signal', config('StopSignal', parseText)],
  ['tty', tty],
  // CPU.
  ['cpu_count', unlessFalsy(host('CpuCount', parseWhole))],
  ['cpu_percent', unlessFalsy(host('CpuPercent', parseWhole))],
  ['cpu_period', unlessFalsy(host('CpuPeriod', parseWhole))],
  ['cpu_quota', unlessFalsy(host('CpuQuota', parseWhole))],
  ['cpu_rt_period', unlessFalsy(host('CPURealtimePeriod', needs(realtimeRule, parseWhole)))],
  ['cpu_rt_runtime', unlessFalsy(host('CPURealtimeRuntime', needs(realtimeRule, parseWhole)))],
  ['cpu_shares', unlessFalsy(host('CpuShares', parseWhole))],
  ['cpuset_cpus', unlessFalsy(host('CpusetCpus', parseText))],
  ['cpuset_mems', unlessFalsy(host('CpusetMems', parseText))],
  // Memory.
  ['kernel_memory', unlessFalsy(host('KernelMemory', parseSizeOrUnlimited))],
  ['mem_reservation', unlessFalsy(host('MemoryReservation', parseSizeOrUnlimited))],
  ['mem_swappiness', host('MemorySwappiness', parseWhole)],
  ['memswap_limit', host('MemorySwap', parseSizeOrUnlimited)],
  ['oom_kill_disable', unlessFalsy(host('OomKillDisable', needs(oomRule, parseFlag)))],
  [
    'oom_score_adj',
    unlessFalsy(
      host(
        'OomScoreAdj',
        needs(oomRule, parseWhole, (score) => score < 0),
      ),
    ),
  ],
  // Disks.
  ['blkio_weight', unlessFalsy(host('BlkioWeight', parseWhole))],
  ['blkio_weight_device', unlessFalsy(host('BlkioWeightDevice', parseWeights))],
  ['device_read_bps', unlessFalsy(host('BlkioDeviceReadBps', parseThrottles))],
  ['device_read_iops', unlessFalsy(host('BlkioDeviceReadIOps', parseThrottles))],
  ['device_write_bps', unlessFalsy(host('BlkioDeviceWriteBps', parseThrottles))],
  ['device_write_iops', unlessFalsy(host('BlkioDeviceWriteIOps', parseThrottles))],
  ['read_only', host('ReadonlyRootfs', parseFlag)],
  ['storage_opt', host('StorageOpt', mapOf(parseText))],
  ['tmpfs', unlessFalsy(host('Tmpfs', parseTmpfs))],
  ['volume_driver', host('VolumeDriver', parseVolumeDriver)],
  [
    'volumes_from',
    host(
      'VolumesFrom',
      needs(foreignRule, parseVolumesFrom, (names) => names.length > 0),
    ),
  ],
  // Devices.
  [
    'device_cgroup_rules',
    host(
      'DeviceCgroupRules',
      needs(
        { rule: 'allowDeviceCgroupRules', because: "it opens devices of the host's to the job", wayOut: leaveOut },
        texts,
        (rules) => rules.length > 0,
      ),
    ),
  ],
  [
    'device_requests',
    host(
      'DeviceRequests',
      needs(
        {
          rule: 'allowDeviceRequests',
          because: 'it could take GPUs that other jobs hold',
          wayOut: 'ask for GPUs with gpu_spec',
        },
        parseDeviceRequests,
        (requests) => requests.length > 0,
      ),
    ),
  ],
  ['devices', unlessFalsy(host('Devices', parseDevices))],
  // Network.
  ['dns', host('Dns', texts)],
  ['dns_opt', host('DnsOptions', texts)],
  ['dns_search', unlessFalsy(host('DnsSearch', texts))],
  ['extra_hosts', host('ExtraHosts', parseExtraHosts)],
  [
    'links',
    host(
      'Links',
      needs(foreignRule, parseLinks, (links) => links.length > 0),
    ),
  ],
  ['ports', unlessFalsy(host('PortBindings', needs(portsRule, parsePorts)))],
  ['publish_all_ports', unlessFalsy(host('PublishAllPorts', needs(portsRule, parseFlag)))],
  // What keeps the container apart from its host.
  ['cap_add', unlessFalsy(host('CapAdd', parseAddedCapabilities))],
  ['cap_drop', unlessFalsy(host('CapDrop', parseDroppedCapabilities))],
  [
    'cgroup_parent',
    host(
      'CgroupParent',
      needs(
        { rule: 'allowCgroupParent', because: 'it takes the job out of the limits of containers', wayOut: leaveOut },
        parseText,
        (parent) => parent !== '',
      ),
    ),
  ],
  ['cgroupns', unlessFalsy(host('CgroupnsMode', parseCgroupNamespace))],
  ['group_add', unlessFalsy(host('GroupAdd', parseGroups))],
  ['ipc_mode', unlessFalsy(host('IpcMode', parseIpcMode))],
  ['isolation', unlessFalsy(host('Isolation', parseIsolation))],
  ['pid_mode', unlessFalsy(host('PidMode', parsePidMode))],
  ['pids_limit', unlessFalsy(host('PidsLimit', parseWhole))],
  [
    'privileged',
    unlessFalsy(
      host(
        'Privileged',
        needs({ rule: 'allowPrivileged', because: 'it opens the whole host to the job', wayOut: leaveOut }, parseFlag),
      ),
    ),
  ],
  ['security_opt', host('SecurityOpt', parseSecurityOptions)],
  ['sysctls', unlessFalsy(host('Sysctls', parseSysctls))],
  ['ulimits', host('Ulimits', parseUlimits)],
  ['userns_mode', unlessFalsy(host('UsernsMode', parseHostMode))],
  ['uts_mode', unlessFalsy(host('UTSMode', parseHostMode))],
  // What Longshore does itself.
  ['auto_remove', unlessFalsy(autoRemove)],
  ['init', host('Init', parseFlag)],
  ['init_path', initPath],
  ['log_config', logConfig],
  ['lxc_conf', lxcConf],
  ['restart_policy', unlessFalsy(restartPolicy)],
  // What only concerns the caller of docker-py.
  ...['detach', 'remove', 'stdout', 'stderr', 'stream', 'use_config_proxy', 'version'].map(
    (name): [string, Keyword] => [name, ignored],
  ),
]);
