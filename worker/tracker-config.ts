import path from 'node:path';
import { z } from 'zod';
import { LongshoreError } from '../model/error.ts';
import { parseConfig, readConfigFile } from './yaml-file.ts';

const PLUGINS_FILE = 'tracker_client_plugins.yaml';
const REDIS_PORT = 6379;

const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'must be a short name without spaces');
const portSchema = z.number().int().min(1).max(65_535);

/** An entry of `trackers` in longshore.yaml. Unknown keys are refused by name, secrets come from elsewhere. */
export const trackerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('redis'),
    name: nameSchema.default('redis'),
    host: z.string().min(1).optional(),
    port: portSchema.optional(),
    database: z.number().int().min(0).default(0),
    username: z.string().optional(),
    passwordEnv: z.string().min(1).optional(),
    passwordFile: z.string().min(1).optional(),
    tls: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('webhook'),
    name: nameSchema.default('webhook'),
    url: z.url({ protocol: /^https?$/ }),
    secretEnv: z.string().min(1).optional(),
    secretFile: z.string().min(1).optional(),
    /** How long one request may take. */
    timeoutSec: z.number().min(0.1).max(25).default(10),
  }),
  z.strictObject({
    type: z.literal('module'),
    name: nameSchema,
    /** An ES module whose default export makes a tracker; relative to the configuration file. */
    path: z.string().min(1),
    options: z.unknown().optional(),
  }),
]);

/** `tracker_client_plugins.yaml` as the original scheduler reads it. */
const pluginsSchema = z.strictObject({
  redis_tracker_client: z
    .strictObject({ host: z.string().min(1).optional(), port: z.coerce.number().pipe(portSchema).optional() })
    .nullable()
    .optional(),
});

/** Where a secret is; it is read by the process that needs it and no other. */
export type SecretSource =
  | { readonly kind: 'env'; readonly name: string; readonly value: string | null }
  | { readonly kind: 'file'; readonly path: string };

export type TrackerConfig = { readonly name: string } & (
  | {
      readonly type: 'redis';
      readonly host: string;
      readonly port: number;
      readonly database: number;
      readonly username: string | null;
      readonly password: SecretSource | null;
      readonly tls: boolean;
    }
  | { readonly type: 'webhook'; readonly url: string; readonly secret: SecretSource; readonly timeoutMs: number }
  | { readonly type: 'module'; readonly path: string; readonly options: unknown }
);

type Sources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths of longshore.yaml are relative to. */
  readonly directory: string;
  /** The file of the original that is to be read; null: the one in the working directory, if there is one. */
  readonly plugins: string | null;
};

/** The trackers of longshore.yaml, then the original's; REDIS_HOST alone is one too where nothing else names a Redis. */
export function trackersOf(entries: readonly z.infer<typeof trackerSchema>[], from: Sources): readonly TrackerConfig[] {
  const trackers = [...entries.map((entry) => toTracker(entry, from)), ...originalTrackers(from)];
  const hasRedis = trackers.some(({ type }) => type === 'redis');
  if (!hasRedis && (from.env['REDIS_HOST'] ?? '') !== '') trackers.push(redisAt('redis', {}, from.env));
  const names = trackers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return trackers;
  throw new LongshoreError('bad_config', `trackers: two are called "${twice}"; give each a name of its own`);
}

function toTracker(entry: z.infer<typeof trackerSchema>, from: Sources): TrackerConfig {
  const { name } = entry;
  const secretIn = (env: string | undefined, file: string | undefined, keys: string): SecretSource | null => {
    if (env !== undefined && file !== undefined) throw bad(name, `give one of ${keys}, not both`);
    if (env !== undefined) return { kind: 'env', name: env, value: from.env[env] ?? null };
    return file === undefined ? null : { kind: 'file', path: path.resolve(from.directory, file) };
  };
  switch (entry.type) {
    case 'redis': {
      const password = secretIn(entry.passwordEnv, entry.passwordFile, 'passwordEnv and passwordFile');
      const { database, tls, username = null } = entry;
      return { ...redisAt(name, entry, from.env), database, tls, username, password };
    }
    case 'webhook': {
      const secret = secretIn(entry.secretEnv, entry.secretFile, 'secretEnv and secretFile');
      if (secret === null) throw bad(name, 'its requests are signed: name the secret with secretEnv or secretFile');
      return { type: 'webhook', name, url: entry.url, secret, timeoutMs: Math.round(entry.timeoutSec * 1_000) };
    }
    case 'module':
      return { type: 'module', name, path: path.resolve(from.directory, entry.path), options: entry.options ?? {} };
  }
}

function originalTrackers({ env, plugins }: Sources): readonly TrackerConfig[] {
  const file = plugins ?? PLUGINS_FILE;
  const text = readConfigFile(file, { optional: plugins === null });
  if (text === null) return [];
  const { redis_tracker_client: redis } = parseConfig(pluginsSchema, text, file);
  return redis === undefined ? [] : [redisAt('redis_tracker_client', redis ?? {}, env)];
}

function redisAt(
  name: string,
  said: { readonly host?: string | undefined; readonly port?: number | undefined },
  env: Sources['env'],
): Extract<TrackerConfig, { type: 'redis' }> {
  const host = said.host ?? (env['REDIS_HOST'] || '127.0.0.1');
  const port = said.port ?? (said.host === undefined ? portOf(env['REDIS_PORT']) : REDIS_PORT);
  return { type: 'redis', name, host, port, database: 0, username: null, password: null, tls: false };
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === '') return REDIS_PORT;
  const parsed = z.coerce.number().pipe(portSchema).safeParse(text);
  if (parsed.success) return parsed.data;
  throw new LongshoreError('bad_config', `REDIS_PORT must be a port, not "${text}"`);
}

const bad = (name: string, what: string): LongshoreError =>
  new LongshoreError('bad_config', `trackers: ${name}: ${what}`);
