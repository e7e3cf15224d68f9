import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobPolicySchema } from '../../model/job-policy.ts';
import { loadConfig } from '../../worker/config.ts';

const fileWith = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'longshore-config-')), 'longshore.yaml');
  writeFileSync(file, text);
  return file;
};
const load = (text: string, env: Record<string, string> = {}) =>
  loadConfig({ env: { HOME: '/home/ann', ...env }, file: fileWith(text) });

describe('the configuration', () => {
  it('has a default for everything, below one data directory', () => {
    const config = load('dataDir: /data/longshore');
    expect(config).toMatchObject({
      api: { host: '127.0.0.1', port: 5000, auth: null },
      temporal: { address: '127.0.0.1:7233', namespace: 'default' },
      host: { workDir: '/data/longshore/work', archiveDir: '/data/longshore/results/archive', slots: 8 },
      limits: { maxQueued: 10_000 },
      policy: jobPolicySchema.parse({}),
    });
    expect(config.allowedRoots).toEqual(['/data/longshore/work', '/data/longshore/results']);
  });

  it("reads the original scheduler's environment", () => {
    const config = load('host: { slots: 2 }', {
      WORKING_DIR: '/w',
      ARCHIVE_DIR: '/a',
      NUM_WORKERS: '3',
      CUDA_VISIBLE_DEVICES: '0, 2',
      MAX_SCHEDULED_JOBS: '10',
    });
    expect(config.host).toMatchObject({ workDir: '/w', archiveDir: '/a', slots: 3, gpuIds: ['0', '2'] });
    expect(config.limits.maxSchedules).toBe(10);
    expect(load('', {}).limits.maxSchedules).toBeNull();
  });

  it.each([
    ['', []],
    ['-1', []],
    ['NoDevFiles', []],
    ['1', ['1']],
    ['1, 0', ['1', '0']],
    ['0,0', ['0']],
    ['0,-1,1', ['0']],
    ['GPU-8f6d,MIG-GPU-8f6d/1/0', ['GPU-8f6d', 'MIG-GPU-8f6d/1/0']],
  ])('takes CUDA_VISIBLE_DEVICES=%j as CUDA does', (visible, gpuIds) => {
    expect(load('', { CUDA_VISIBLE_DEVICES: visible }).host.gpuIds).toEqual(gpuIds);
  });

  it('leaves the GPUs to the machine when nobody names any, and takes its file before the environment', () => {
    expect(load('').host.gpuIds).toBeNull();
    expect(load("host: { gpuIds: ['2'] }", { CUDA_VISIBLE_DEVICES: '0,1' }).host.gpuIds).toEqual(['2']);
    expect(load('host: { gpuIds: [] }', { CUDA_VISIBLE_DEVICES: '0,1' }).host.gpuIds).toEqual([]);
  });

  it('takes the names the api is called by, without port or scheme', () => {
    expect(load('').api.servedNames).toBeNull();
    expect(load("api: { servedNames: [server, jobs.example.org, '::1', 10.0.0.7] }").api.servedNames).toHaveLength(4);
    for (const name of ["'http://box'", "'box:5000'", "''", "'[::1]'", "'*'"])
      expect(() => load(`api: { servedNames: [${name}] }`)).toThrow(/api\.servedNames\.0: expected names/);
  });

  it.each(["['0', '0']", "['0,1']", "['']", '[0]'])('refuses the GPU ids %s', (ids) => {
    expect(() => load(`host: { gpuIds: ${ids} }`)).toThrow(/host\.gpuIds/);
  });

  it('keeps the ledger in the data directory unless a database is named, by the environment first', () => {
    const file = "ledger: { url: 'postgres://a@file/x' }";
    expect(load('').ledger).toEqual({ url: null });
    expect(load(file).ledger).toEqual({ url: 'postgres://a@file/x' });
    expect(load(file, { LONGSHORE_LEDGER_URL: 'postgres://a@env/x' }).ledger).toEqual({ url: 'postgres://a@env/x' });
  });

  it('lets the command line win over the environment, and that over the file', () => {
    const sources = { env: { LONGSHORE_DATA_DIR: '/env' }, file: fileWith('dataDir: /file') };
    expect(loadConfig(sources).dataDir).toBe('/env');
    expect(loadConfig({ ...sources, overrides: { dataDir: '/line', apiPort: 1 } })).toMatchObject({
      dataDir: '/line',
      api: { port: 1 },
    });
  });

  it.each([
    ['an unknown key', 'host: { slotz: 2 }', /host: .*slotz/],
    ['a wrong type', 'api: { port: high }', /api\.port/],
    ['a port that is none', 'api: { port: 70000 }', /api\.port/],
    ['a relative mount root', 'mounts: { allowedRoots: [data] }', /mounts\.allowedRoots/],
    ['what is no YAML', 'api: [', /not YAML/],
  ])('refuses %s and names it', (_what, text, message) => {
    expect(() => load(text)).toThrow(message);
  });

  it('refuses a worker count that is no number, and a file that is not there', () => {
    expect(() => load('', { NUM_WORKERS: 'many' })).toThrow(/NUM_WORKERS/);
    expect(() => loadConfig({ env: {}, file: '/nowhere/longshore.yaml' })).toThrow('/nowhere/longshore.yaml');
  });
});
