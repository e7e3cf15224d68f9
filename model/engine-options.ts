import { z } from 'zod';

const whole = z.number().int();
const texts = z.array(z.string());
const textMap = z.record(z.string(), z.string());

const healthcheckSchema = z
  .strictObject({
    Test: texts.nullable(),
    Interval: whole.nullable(),
    Timeout: whole.nullable(),
    Retries: whole.nullable(),
    StartPeriod: whole.nullable(),
  })
  .partial();

const throttlesSchema = z.array(z.strictObject({ Path: z.string(), Rate: whole }));

/** What the create request says beside its HostConfig. */
const configOptionsSchema = z
  .strictObject({
    Hostname: z.string(),
    Domainname: z.string(),
    OpenStdin: z.boolean(),
    ExposedPorts: z.record(z.string(), z.strictObject({})),
    NetworkDisabled: z.boolean(),
    MacAddress: z.string(),
    StopSignal: z.string(),
    Healthcheck: healthcheckSchema,
  })
  .partial();
export type ConfigOptions = z.infer<typeof configOptionsSchema>;

const hostOptionsSchema = z
  .strictObject({
    BlkioWeight: whole,
    BlkioWeightDevice: z.array(z.strictObject({ Path: z.string(), Weight: whole })),
    BlkioDeviceReadBps: throttlesSchema,
    BlkioDeviceReadIOps: throttlesSchema,
    BlkioDeviceWriteBps: throttlesSchema,
    BlkioDeviceWriteIOps: throttlesSchema,
    CapAdd: texts,
    CapDrop: texts,
    CgroupParent: z.string(),
    CgroupnsMode: z.string(),
    CPURealtimePeriod: whole,
    CPURealtimeRuntime: whole,
    CpuCount: whole,
    CpuPercent: whole,
    CpuPeriod: whole,
    CpuQuota: whole,
    CpuShares: whole,
    CpusetCpus: z.string(),
    CpusetMems: z.string(),
    DeviceCgroupRules: texts,
    DeviceRequests: z.array(
      z.strictObject({
        Driver: z.string(),
        Count: whole,
        DeviceIDs: texts,
        Capabilities: z.array(texts),
        Options: textMap,
      }),
    ),
    Devices: z.array(
      z.strictObject({ PathOnHost: z.string(), PathInContainer: z.string(), CgroupPermissions: z.string() }),
    ),
    Dns: texts,
    DnsOptions: texts,
    DnsSearch: texts,
    ExtraHosts: texts,
    GroupAdd: texts,
    Init: z.boolean(),
    IpcMode: z.string(),
    Isolation: z.string(),
    KernelMemory: whole,
    Links: texts,
    MemoryReservation: whole,
    MemorySwap: whole,
    MemorySwappiness: whole,
    OomKillDisable: z.boolean(),
    OomScoreAdj: whole,
    PidMode: z.string(),
    PidsLimit: whole,
    PortBindings: z.record(z.string(), z.array(z.strictObject({ HostIp: z.string(), HostPort: z.string() }))),
    Privileged: z.boolean(),
    PublishAllPorts: z.boolean(),
    ReadonlyRootfs: z.boolean(),
    SecurityOpt: texts,
    StorageOpt: textMap,
    Sysctls: textMap,
    Tmpfs: textMap,
    UTSMode: z.string(),
    Ulimits: z.array(z.strictObject({ Name: z.string(), Soft: whole.nullable(), Hard: whole.nullable() })),
    UsernsMode: z.string(),
    VolumeDriver: z.string(),
    VolumesFrom: texts,
  })
  .partial();
export type HostOptions = z.infer<typeof hostOptionsSchema>;

const endpointSchema = z
  .strictObject({
    Aliases: texts,
    DriverOpts: textMap,
    IPAMConfig: z.strictObject({ IPv4Address: z.string(), IPv6Address: z.string(), LinkLocalIPs: texts }).partial(),
    Links: texts,
    MacAddress: z.string(),
  })
  .partial();
export type Endpoint = z.infer<typeof endpointSchema>;

/**
 * What a container asks of its engine beyond what Longshore itself decides by, under the Engine API's own names. All of
 * it was judged by the policy at admission; what is not said is left to the engine.
 */
export const engineOptionsSchema = z
  .strictObject({
    config: configOptionsSchema,
    host: hostOptionsSchema,
    /** By the network's name; null = with nothing said about it. */
    endpoints: z.record(z.string(), endpointSchema.nullable()),
    /** `os[/arch[/variant]]` of the image. */
    platform: z.string(),
  })
  .partial();
export type EngineOptions = z.infer<typeof engineOptionsSchema>;
