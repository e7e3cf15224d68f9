import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { parseS3Place, type S3Place } from '../ledger/s3-place.ts';
import { LongshoreError } from '../model/error.ts';
import { gpuIdsSchema } from '../model/host.ts';
import { hostNameSchema, poolNameSchema } from '../model/ids.ts';
import { type JobPolicy, jobPolicySchema } from '../model/job-policy.ts';
import { databaseWarning } from './database-config.ts';
import { isTimeZone } from '../scheduling/cron/zone.ts';
import { ownHostName } from './host-name.ts';
import { trackerSchema, trackersOf, type TrackerConfig } from './tracker-config.ts';
import { parseConfig, readConfigFile } from './yaml-file.ts';

const portSchema = z.number().int().min(0).max(65_535);
const isHostName = (name: string): boolean => /^[a-z0-9_][a-z0-9_.-]*$/i.test(name) || isIPv6(name);
const mib = (fallback: number) => z.number().int().min(1).default(fallback);

/** `longshore.yaml`. Every key has a default; an unknown key is refused by name. */
const fileSchema = z
  .strictObject({
    /** Where everything that must survive is kept. */
    dataDir: z.string().optional(),
    pool: poolNameSchema.default(poolNameSchema.parse('default')),
    /** Of schedules that name none; absent: the system's. */
    timeZone: z.string().refine(isTimeZone, 'expected the name of a time zone, like Europe/Berlin or UTC').optional(),
    api: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: portSchema.default(5000),
        /** Must be written out to bind beyond loopback while there is no authentication. */
        auth: z.literal('none').optional(),
        /** What this api is called, besides loopback names; requests for another name are refused. */
        servedNames: z
          .array(z.string().refine(isHostName, 'expected names or addresses without port or scheme'))
          .optional(),
      })
      .prefault({}),
    ledger: z
      .strictObject({
        /** A PostgreSQL database, postgres://user:password@host:5432/name; without one: SQLite in the data directory. */
        url: z.string().optional(),
      })
      .prefault({}),
    blobs: z
      .strictObject({
        /** s3://bucket/prefix?endpoint=https://host&region=name; without one: files in the data directory. */
        url: z
          .string()
          .transform(parseS3Place)
          .refine(
            (place) => place !== null,
            'expected s3://bucket/prefix?endpoint=https://host&region=name, without credentials',
          )
          .optional(),
      })
      .prefault({}),
    temporal: z
      .strictObject({
        address: z.string().optional(),
        namespace: z.string().default('default'),
        port: portSchema.default(7233),
        uiPort: portSchema.default(8233),
        /** Path of the Temporal CLI for `longshore up`. */
        cli: z.string().optional(),
      })
      .prefault({}),
    host: z
      .strictObject({
        name: hostNameSchema.optional(),
        /** How many jobs run at once. */
        slots: z.number().int().min(0).max(10_000).optional(),
        docker: z.string().optional(),
        /** Where the server is, as this host dials it. */
        serverUrl: z.url().optional(),
        workDir: z.string().optional(),
        resultsRoot: z.string().optional(),
        archiveDir: z.string().optional(),
        cpus: z.number().positive().optional(),
        memoryMib: z.number().int().positive().optional(),
        /** Absent: CUDA_VISIBLE_DEVICES, else what nvidia-smi lists. */
        gpuIds: gpuIdsSchema.optional(),
        labels: z.record(z.string(), z.string()).default({}),
        /** How long a host that is not heard counts as suspect before it counts as lost. */
        lostAfterSec: z
          .number()
          .min(1)
          .max(7 * 24 * 3600)
          .default(300),
      })
      .prefault({}),
    mounts: z.strictObject({ allowedRoots: z.array(z.string().startsWith('/')).default([]) }).prefault({}),
    policy: jobPolicySchema.prefault({}),
    limits: z
      .strictObject({
        maxQueued: z.number().int().min(1).default(10_000),
        /** How many schedules there may be; absent: any number. */
        maxSchedules: z.number().int().min(0).optional(),
        maxBundleMib: mib(1024),
        maxArtifactMib: mib(4096),
      })
      .prefault({}),
    planner: z
      .strictObject({
        /** `spread`: jobs go to the host with the smallest part of its slots in use; `pack`: to the fullest. */
        placement: z.enum(['spread', 'pack']).default('spread'),
        /** How long a job that fits on no host of the pool waits for one to join before it fails. */
        neverFitsAfterSec: z
          .number()
          .min(0)
          .max(7 * 24 * 3600)
          .default(30),
      })
      .prefault({}),
    /** Who is told what becomes of jobs. */
    trackers: z.array(trackerSchema).default([]),
    /** The original scheduler's files, where they are not in the working directory. */
    trackerPlugins: z.string().optional(),
    databaseConfig: z.string().optional(),
    /** How long a job may be silent before its workflow is looked at. */
    sweepQuietSec: z.number().min(0.1).default(60),
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  })
  .prefault({});

export type Config = {
  readonly dataDir: string;
  readonly pool: z.infer<typeof poolNameSchema>;
  readonly timeZone: string;
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly auth: 'none' | null;
    readonly servedNames: readonly string[] | null;
  };
  /** Null: the embedded one in the data directory. Holds a password: never said or logged. */
  readonly ledger: { readonly url: string | null };
  /** Null: files in the data directory. */
  readonly blobs: S3Place | null;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly port: number;
    readonly uiPort: number;
    readonly cli: string | null;
  };
  readonly host: {
    readonly name: z.infer<typeof hostNameSchema>;
    readonly slots: number;
    readonly dockerSocket: string | null;
    readonly serverUrl: string;
    readonly dataDir: string;
    readonly workDir: string;
    readonly archiveDir: string;
    readonly resultsRoot: string;
    readonly cpuMilli: number | null;
    readonly memoryBytes: number | null;
    /** Null: to be asked of the machine. */
    readonly gpuIds: readonly string[] | null;
    readonly labels: Readonly<Record<string, string>>;
    readonly lostAfterMs: number;
  };
  /** Binds of jobs must lie below one of these: the configured ones, the working directory and the results root. */
  readonly allowedRoots: readonly string[];
  readonly policy: JobPolicy;
  readonly limits: {
    readonly maxQueued: number;
    readonly maxSchedules: number | null;
    readonly maxBundleBytes: number;
    readonly maxArtifactBytes: number;
  };
  /** How long a job that fits on no host of the pool waits for one to join. */
  readonly neverFitsAfterMs: number;
  readonly placement: 'spread' | 'pack';
  readonly trackers: readonly TrackerConfig[];
  readonly sweepQuietMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** What a server says once when it starts. */
  readonly warnings: readonly string[];
};

export type ConfigSources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of a longshore.yaml that must exist, or null: `LONGSHORE_CONFIG`, else ./longshore.yaml if it is there. */
  readonly file: string | null;
  /** What the command line said; wins over the environment, which wins over the file. */
  readonly overrides?: {
    readonly apiHost?: string | undefined;
    readonly apiPort?: number | undefined;
    readonly dataDir?: string | undefined;
    readonly debug?: boolean | undefined;
  };
};

/** Parsed once per process and passed on. Throws LongshoreError('bad_config') naming file, field and way out. */
export function loadConfig({ env, file, overrides = {} }: ConfigSources): Config {
  const named = file ?? env['LONGSHORE_CONFIG'] ?? null;
  const configFile = named ?? 'longshore.yaml';
  const parsed = parseConfig(fileSchema, readConfigFile(configFile, { optional: named === null }) ?? '', configFile);
  const directory = path.dirname(path.resolve(configFile));
  const pathOf = (key: string | undefined): string | null => (key === undefined ? null : path.resolve(directory, key));
  const plugins = env['LONGSHORE_TRACKER_PLUGINS'] ?? pathOf(parsed.trackerPlugins);
  const warning = databaseWarning(env['LONGSHORE_DATABASE_CONFIG'] ?? pathOf(parsed.databaseConfig));
  const dataDir = path.resolve(overrides.dataDir ?? env['LONGSHORE_DATA_DIR'] ?? parsed.dataDir ?? defaultDataDir(env));
  const apiHost = overrides.apiHost ?? parsed.api.host;
  const apiPort = overrides.apiPort ?? parsed.api.port;
  const resultsRoot = path.resolve(parsed.host.resultsRoot ?? path.join(dataDir, 'results'));
  const workDir = path.resolve(env['WORKING_DIR'] ?? parsed.host.workDir ?? path.join(dataDir, 'work'));
  const archiveDir = path.resolve(env['ARCHIVE_DIR'] ?? parsed.host.archiveDir ?? path.join(resultsRoot, 'archive'));
  const name = parsed.host.name ?? hostNameSchema.parse(ownHostName());
  return {
    dataDir,
    pool: parsed.pool,
    timeZone: parsed.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    api: { host: apiHost, port: apiPort, auth: parsed.api.auth ?? null, servedNames: parsed.api.servedNames ?? null },
    ledger: { url: env['LONGSHORE_LEDGER_URL'] ?? parsed.ledger.url ?? null },
    blobs: parsed.blobs.url ?? null,
    temporal: {
      address: env['TEMPORAL_ADDRESS'] ?? parsed.temporal.address ?? `127.0.0.1:${parsed.temporal.port}`,
      namespace: env['TEMPORAL_NAMESPACE'] ?? parsed.temporal.namespace,
      port: parsed.temporal.port,
      uiPort: parsed.temporal.uiPort,
      cli: env['LONGSHORE_TEMPORAL_CLI'] ?? parsed.temporal.cli ?? null,
    },
    host: {
      name,
      slots: wholeNumber(env['NUM_WORKERS'], 'NUM_WORKERS') ?? parsed.host.slots ?? 8,
      dockerSocket: env['LONGSHORE_DOCKER_SOCKET'] ?? parsed.host.docker ?? unixPath(env['DOCKER_HOST']),
      serverUrl: env['LONGSHORE_SERVER_URL'] ?? parsed.host.serverUrl ?? `http://127.0.0.1:${apiPort}`,
      dataDir: path.join(dataDir, 'hosts', name),
      workDir,
      archiveDir,
      resultsRoot,
      cpuMilli: parsed.host.cpus === undefined ? null : Math.round(parsed.host.cpus * 1000),
      memoryBytes: parsed.host.memoryMib === undefined ? null : parsed.host.memoryMib * 1024 * 1024,
      gpuIds: parsed.host.gpuIds ?? gpuIdsOf(env['CUDA_VISIBLE_DEVICES']),
      labels: parsed.host.labels,
      lostAfterMs: Math.round(parsed.host.lostAfterSec * 1000),
    },
    allowedRoots: [...new Set([...parsed.mounts.allowedRoots.map((root) => path.resolve(root)), workDir, resultsRoot])],
    policy: parsed.policy,
    limits: {
      maxQueued: parsed.limits.maxQueued,
      maxSchedules: wholeNumber(env['MAX_SCHEDULED_JOBS'], 'MAX_SCHEDULED_JOBS') ?? parsed.limits.maxSchedules ?? null,
      maxBundleBytes: parsed.limits.maxBundleMib * 1024 * 1024,
      maxArtifactBytes: parsed.limits.maxArtifactMib * 1024 * 1024,
    },
    placement: parsed.planner.placement,
    neverFitsAfterMs: Math.round(
      (wholeNumber(env['LONGSHORE_NEVER_FITS_AFTER'], 'LONGSHORE_NEVER_FITS_AFTER') ??
        parsed.planner.neverFitsAfterSec) * 1000,
    ),
    trackers: trackersOf(parsed.trackers, { env, directory, plugins }),
    sweepQuietMs: parsed.sweepQuietSec * 1000,
    logLevel: overrides.debug === true ? 'debug' : parsed.logLevel,
    warnings: warning === null ? [] : [warning],
  };
}

function defaultDataDir(env: ConfigSources['env']): string {
  return path.join(env['XDG_DATA_HOME'] ?? path.join(homedir(), '.local', 'share'), 'longshore');
}

function unixPath(dockerHost: string | undefined): string | null {
  return dockerHost?.startsWith('unix://') === true ? dockerHost.slice('unix://'.length) : null;
}

function wholeNumber(text: string | undefined, name: string): number | null {
  if (text === undefined || text === '') return null;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new LongshoreError('bad_config', `${name} must be a whole number, not "${text}"`);
}

/**
 * As CUDA reads it: set and empty means none; an index or UUID comes once, and what stands behind anything that is
 * neither ("-1", "NoDevFiles") is not visible. Not set = nobody has said.
 */
function gpuIdsOf(visible: string | undefined): readonly string[] | null {
  if (visible === undefined) return null;
  const ids = visible.split(',').map((id) => id.trim());
  const end = ids.findIndex((id) => !/^(\d+|(GPU|MIG)-\S+)$/.test(id));
  return [...new Set(end === -1 ? ids : ids.slice(0, end))];
}
