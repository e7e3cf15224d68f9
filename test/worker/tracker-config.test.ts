import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../worker/config.ts';
import { openTrackers } from '../../worker/server/open-trackers.ts';

const directory = (files: Readonly<Record<string, string>>): string => {
  const made = mkdtempSync(join(tmpdir(), 'longshore-trackers-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
};
const load = (files: Readonly<Record<string, string>>, env: Record<string, string> = {}): Config => {
  const home = directory({ 'longshore.yaml': '', ...files });
  const original = {
    ...('tracker_client_plugins.yaml' in files && {
      LONGSHORE_TRACKER_PLUGINS: join(home, 'tracker_client_plugins.yaml'),
    }),
    ...('database.config.yaml' in files && { LONGSHORE_DATABASE_CONFIG: join(home, 'database.config.yaml') }),
  };
  return loadConfig({ env: { HOME: '/home/ann', ...original, ...env }, file: join(home, 'longshore.yaml') });
};
const loadYaml = (text: string, env: Record<string, string> = {}): Config => load({ 'longshore.yaml': text }, env);
const redis = { type: 'redis', name: 'redis', port: 6379, database: 0, username: null, password: null, tls: false };

describe('the trackers of the configuration', () => {
  it('are none unless one is named', () => {
    expect(loadYaml('').trackers).toEqual([]);
  });

  it('are those of longshore.yaml, with paths relative to it and secrets from elsewhere', () => {
    const text = `
      trackers:
        - { type: redis, host: cache, passwordFile: redis.password }
        - { type: webhook, url: 'https://ops.example/hook', secretEnv: HOOK_SECRET, timeoutSec: 2 }
        - { type: module, name: mine, path: ./mine.mjs, options: { color: red } }`;
    const [first, second, third] = loadYaml(text, { HOOK_SECRET: 's' }).trackers;
    expect(first).toMatchObject({ ...redis, host: 'cache', password: { kind: 'file' } });
    expect(second).toMatchObject({ timeoutMs: 2_000, secret: { kind: 'env', name: 'HOOK_SECRET', value: 's' } });
    expect(third).toMatchObject({ name: 'mine', options: { color: 'red' } });
    expect(third).toHaveProperty('path', expect.stringMatching(/^\/.*\/mine\.mjs$/));
  });

  it("are read from the original's file and environment too", () => {
    const file = (text: string) => ({ 'tracker_client_plugins.yaml': text });
    const env = { REDIS_HOST: 'env-host', REDIS_PORT: '7000' };
    const name = 'redis_tracker_client';
    const both = 'redis_tracker_client: { host: file-host, port: "6380" }';
    expect(load(file(both), env).trackers).toEqual([{ ...redis, name, host: 'file-host', port: 6380 }]);
    expect(load(file('redis_tracker_client:'), env).trackers).toEqual([
      { ...redis, name, host: 'env-host', port: 7000 },
    ]);
    expect(load(file('')).trackers).toEqual([]);
    expect(loadYaml('', env).trackers).toEqual([{ ...redis, host: 'env-host', port: 7000 }]);
    expect(loadYaml('trackers: [{ type: redis }]', env).trackers).toHaveLength(1);
  });

  it.each([
    ['an unknown kind', 'trackers: [{ type: kafka }]', {}, /trackers\.0.*type|type.*trackers/],
    ['an unknown key', 'trackers: [{ type: redis, hots: x }]', {}, /trackers\.0: .*hots/],
    ['a password in the file itself', 'trackers: [{ type: redis, password: x }]', {}, /password/],
    ['an address of a webhook that is none', 'trackers: [{ type: webhook, url: "ftp://x" }]', {}, /url/],
    ['a webhook without a secret', 'trackers: [{ type: webhook, url: "http://x" }]', {}, /secretEnv or secretFile/],
    ['one name twice', 'trackers: [{ type: redis }, { type: redis }]', {}, /two are called "redis"/],
    ['a port that is none', '', { REDIS_HOST: 'x', REDIS_PORT: 'high' }, /REDIS_PORT .*"high"/],
  ])('refuse %s and name it', (_what, text, env, message) => {
    expect(() => loadYaml(text, env)).toThrow(message);
  });

  it('refuse plugins and keys of the original that nobody knows, by name', () => {
    const refusal = (text: string) => () => load({ 'tracker_client_plugins.yaml': text });
    expect(refusal('mlflow_tracker: { host: x }')).toThrow(/tracker_client_plugins\.yaml: .*mlflow_tracker/);
    expect(refusal('redis_tracker_client: { hots: x }')).toThrow(/redis_tracker_client: .*hots/);
    expect(() => loadYaml('', { LONGSHORE_TRACKER_PLUGINS: '/nowhere.yaml' })).toThrow('/nowhere.yaml');
  });

  it("map the original's Redis database to the ledger with one warning, and refuse any other by name", () => {
    const file = (text: string) => load({ 'database.config.yaml': text });
    expect(file('').warnings).toEqual([]);
    const text =
      'queue: { type: redis_connection.RedisList }\njobs: { type: redis_connection.RedisDict, args: { a: 1 } }';
    expect(file(text).warnings).toEqual([
      expect.stringMatching(/redis_connection\.RedisList, redis_connection\.RedisDict.*ledger/),
    ]);
    expect(file('redis_connection: { host: x }').warnings).toHaveLength(1);
    expect(() => file('queue: { type: mongo.List }')).toThrow(/database\.config\.yaml: type "mongo\.List"/);
    expect(() => file('redis_connections: {}')).toThrow(/"redis_connections"/);
  });
});

describe('opening the trackers', () => {
  const deps = { now: () => 0, logger: pino({ level: 'silent' }) };
  const openAll = (files: Readonly<Record<string, string>>) => openTrackers(load(files).trackers, deps);
  const mine = 'trackers: [{ type: module, name: mine, path: mine.mjs, options: { color: red } }]';

  it('loads a user’s own, with its options', async () => {
    const module = `export default async ({ color }, { name, logger }) => {
      logger.info('here');
      return { batch: 3, deliver: async () => { throw new Error(name + color) }, close: async () => {} };
    }`;
    const [opened] = await openAll({ 'longshore.yaml': mine, 'mine.mjs': module });
    expect(opened).toMatchObject({ name: 'mine', tracker: { batch: 3 } });
    await expect(opened?.tracker.deliver([], new AbortController().signal)).rejects.toThrow('minered');
  });

  it.each([
    ['is not there', null, /mine\.mjs gives no tracker/],
    ['does not load', 'throw new Error("broken")', /broken/],
    ['has no default export', 'export const a = 1', /default export is no function/],
    ['makes something else', 'export default () => ({ deliver() {} })', /no deliver\(\) or no close\(\)/],
  ])('says so when the module %s', async (_what, module, message) => {
    const files = { 'longshore.yaml': mine, ...(module === null ? {} : { 'mine.mjs': module }) };
    await expect(openAll(files)).rejects.toThrow(message);
  });

  it('says where a secret is missing', async () => {
    const hook = (secret: string) => `trackers: [{ type: webhook, url: 'http://x', ${secret} }]`;
    await expect(openAll({ 'longshore.yaml': hook('secretEnv: NOT_SET') })).rejects.toThrow('the variable NOT_SET');
    await expect(openAll({ 'longshore.yaml': hook('secretFile: not.there') })).rejects.toThrow(
      /not\.there cannot be read/,
    );
    const files = { 'longshore.yaml': hook('secretFile: secret'), secret: 'a-secret\n' };
    expect(await openAll(files)).toHaveLength(1);
  });
});
