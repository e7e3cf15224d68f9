import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFalsy } from '../../api/submission/options/option.ts';
import { createDockerodeEngine } from '../../activities/docker/dockerode-engine.ts';
import { createEngineCalls } from '../../activities/docker/engine-calls.ts';
import { LongshoreError } from '../../model/error.ts';
import { dockerSocket, testImage } from '../support/environment.ts';
import { valuesByKeyword } from './cases/values.ts';
import { comparableInspection } from './differences.ts';
import { asJson, startDockerPy } from './docker-py.ts';
import { openPolicy, ourRequest } from './our-request.ts';

const socketPath = dockerSocket();
const engine = createDockerodeEngine({ socketPath });
const calls = createEngineCalls(socketPath);
const directory = mkdtempSync(join(tmpdir(), 'longshore-docker-py-'));

let dockerPy: ReturnType<typeof startDockerPy>;
beforeAll(() => {
  dockerPy = startDockerPy();
});
afterAll(async () => {
  await dockerPy.close();
  await rm(directory, { recursive: true });
});

type Kwargs = Readonly<Record<string, unknown>>;

/** A server's error (5xx) that is not known to be about the container; docker-py raises on those as well. */
const refusedByEngine = (error: unknown): { readonly refusedByEngine: string } => {
  if (error instanceof LongshoreError && error.code === 'engine_error') return { refusedByEngine: error.message };
  throw error;
};

const ourInspection = async (kwargs: Kwargs): Promise<unknown> => {
  const ours = ourRequest(asJson(kwargs), openPolicy);
  if (ours.kind === 'refused') throw new Error(ours.because);
  const created = await engine.create(ours.plan).catch(refusedByEngine);
  if ('refusedByEngine' in created) return created;
  if (created.kind !== 'ok') return { refusedByEngine: created.message };
  try {
    return await calls.json({ method: 'GET', path: `/containers/${created.value}/json` }, 30_000);
  } finally {
    await engine.remove(created.value);
  }
};

/** What a container without the keyword does not have, and this engine takes. */
const elsewhere: Readonly<Record<string, readonly unknown[]>> = {
  network: ['none', 'bridge'],
  network_mode: ['none', 'host'],
  volumes: [[`${directory}:/in:ro`, '/own'], { [directory]: { bind: '/in' } }],
  mounts: [
    [{ Target: '/in', Source: directory, Type: 'bind', ReadOnly: true, BindOptions: { Propagation: 'rslave' } }],
    [{ Target: '/own', Type: 'volume', VolumeOptions: { Labels: { a: 'b' } } }],
    [{ Target: '/t', Type: 'tmpfs', TmpfsOptions: { SizeBytes: 1_048_576, Mode: 448 } }],
  ],
};

/** What containers.run does with its container once it is created. */
const OF_THE_CALL = new Set(['remove', 'stdout', 'stderr', 'stream']);

const together: readonly Kwargs[] = [
  {
    command: 'sh -c "exit 0"',
    hostname: 'trainer',
    domainname: 'example.org',
    mac_address: '02:42:ac:11:00:42',
    user: 1000,
    mem_limit: '64m',
    memswap_limit: '128m',
    cpu_shares: 512,
    ulimits: [{ name: 'nofile', soft: 1024, hard: 2048 }],
    cap_drop: ['ALL'],
    cap_add: ['NET_BIND_SERVICE'],
    read_only: true,
    tmpfs: { '/scratch': 'size=1m' },
    ports: { '80': { tuple: ['127.0.0.1', 18_080] } },
    extra_hosts: { box: '10.0.0.1' },
    healthcheck: { test: 'true', retries: 2 },
  },
  { network: 'bridge', networking_config: { bridge: { Aliases: [] } } },
];

describe('a container made of a spec', () => {
  const ofContainers = Object.entries({ ...valuesByKeyword, ...elsewhere }).filter(
    ([keyword]) => !OF_THE_CALL.has(keyword),
  );
  const cases = ofContainers.flatMap(([keyword, values]) =>
    values.filter((value) => !isFalsy(value)).map((value): Kwargs => ({ [keyword]: value })),
  );
  let taken = 0;
  it.each([...cases, ...together])("is inspected like docker-py's for %j", async (given) => {
    const kwargs = { image: testImage(), command: 'true', ...given };
    const theirs = await dockerPy.inspection(kwargs, socketPath);
    const ours = await ourInspection(kwargs);
    if ('raised' in theirs) {
      expect(ours).toHaveProperty('refusedByEngine');
      return;
    }
    taken += 1;
    if (!('inspection' in theirs)) throw new Error('docker-py was asked for a container');
    const initWasAsked = given['init'] !== undefined;
    expect(comparableInspection(ours, initWasAsked)).toEqual(comparableInspection(theirs.inspection, initWasAsked));
  });

  it('was compared for most of these: few are refused by the engine itself', () => {
    expect(taken).toBeGreaterThan(cases.length * 0.75);
  });
});
