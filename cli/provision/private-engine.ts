import { createHash } from 'node:crypto';
import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { LongshoreError } from '../../model/error.ts';
import { endProcess } from '../processes/end.ts';
import { identify, lives, type ProcessIdentity } from '../../worker/process-identity.ts';
import { takeLock } from '../processes/lock.ts';
import type { Console } from './console.ts';
import { pingEngine } from './engine-access.ts';
import { makeBridge, removeBridge } from './engine-bridge.ts';
import { ownIdentity } from './engine-identity.ts';

const START_MS = 60_000;
const POLL_MS = 100;

const recordSchema = z.object({ pid: z.number().int(), startedAt: z.string(), bridge: z.string().nullable() });
type EngineRecord = z.infer<typeof recordSchema>;

/**
 * Where a private engine lives. Sockets and pid files go under /run: a Unix socket's path must stay under 108
 * characters however deep the data directory is, and none of it means anything after a reboot.
 */
export const privateEnginePlaces = (dataDir: string) => {
  const home = join(resolve(dataDir), 'engine');
  const key = createHash('sha256').update(home).digest('hex').slice(0, 12);
  const runDir = `/run/longshore-${key}`;
  return {
    key,
    runDir,
    dataRoot: join(home, 'data'),
    /** Where an engine before version 23 keeps the key that its ID is made from. */
    keyFile: join(home, 'key.json'),
    config: join(home, 'daemon.json'),
    log: join(home, 'dockerd.log'),
    record: join(home, 'engine.json'),
    lock: join(home, 'lock'),
    socketPath: join(runDir, 'docker.sock'),
  } as const;
};
type Places = ReturnType<typeof privateEnginePlaces>;

const readRecord = (places: Places): EngineRecord | null => {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(places.record, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

/** dockerd believes a pid file whose pid is anybody's; one that does not belong to `program` any more goes. */
const dropForeignPidFile = (path: string, program: string): void => {
  try {
    const pid = readFileSync(path, 'utf8').trim();
    if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith(program)) rmSync(path);
  } catch {
    rmSync(path, { force: true });
  }
};

/** The ways to start, best first. Each later one is tried only when the one before it did not come up. */
const attempts = (bridge: string | null) => [
  { flags: bridge === null ? [] : ['--bridge', bridge], without: null },
  {
    flags: [...(bridge === null ? [] : ['--bridge', bridge]), '--iptables=false', '--ip6tables=false'],
    without: 'iptables does not work here, so its containers cannot reach beyond this machine and publish no ports',
  },
  {
    flags: ['--bridge=none', '--iptables=false', '--ip6tables=false'],
    without: "no network bridge can be made here, so its containers have no network unless they use the host's",
  },
];

const launch = async (dockerd: string, places: Places, flags: readonly string[]): Promise<ProcessIdentity | null> => {
  const log = openSync(places.log, 'a');
  const child = spawn(
    dockerd,
    [
      ...['--data-root', places.dataRoot, '--exec-root', join(places.runDir, 'exec')],
      ...['--pidfile', join(places.runDir, 'docker.pid'), '-H', `unix://${places.socketPath}`, ...flags],
    ],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin` },
    },
  );
  closeSync(log);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  child.unref();
  const identity = child.pid === undefined ? await failed : await identify(child.pid);
  return identity;
};

const comesUp = async (identity: ProcessIdentity, socketPath: string): Promise<boolean> => {
  const deadlineMs = performance.now() + START_MS;
  while (performance.now() < deadlineMs) {
    if ((await pingEngine(socketPath, 1_000)).kind === 'answers') return true;
    if (!(await lives(identity))) return false;
    await sleep(POLL_MS);
  }
  await endProcess(identity, 5_000);
  return false;
};

const lastWords = (places: Places): string => readFileSync(places.log, 'utf8').trim().split('\n').slice(-3).join('\n');

const start = async (dockerd: string, places: Places, console: Console): Promise<string> => {
  mkdirSync(places.runDir, { recursive: true, mode: 0o711 });
  const bridge = await makeBridge(places.key);
  const identity = await ownIdentity(dockerd, places);
  for (const attempt of attempts(bridge)) {
    dropForeignPidFile(join(places.runDir, 'docker.pid'), 'dockerd');
    dropForeignPidFile(join(places.runDir, 'exec/containerd/containerd.pid'), 'containerd');
    const running = await launch(dockerd, places, [...attempt.flags, ...identity]);
    if (running === null) continue;
    const draft = `${places.record}.new`;
    writeFileSync(draft, JSON.stringify({ ...running, bridge } satisfies EngineRecord));
    renameSync(draft, places.record);
    if (!(await comesUp(running, places.socketPath))) continue;
    if (attempt.without !== null) console.say(`The Docker engine runs, but ${attempt.without}.`);
    return places.socketPath;
  }
  throw new LongshoreError(
    'engine_start_failed',
    `the private Docker engine did not start; the last lines of ${places.log}:\n${lastWords(places)}`,
  );
};

/** The socket of the engine that an earlier run left running for this data directory; null when there is none or it is dead. */
export const findPrivateEngine = async (dataDir: string): Promise<string | null> => {
  const places = privateEnginePlaces(dataDir);
  const record = readRecord(places);
  if (record === null) return null;
  return (await comesUp(record, places.socketPath)) ? places.socketPath : null;
};

/**
 * Starts a Docker engine of this data directory's own, detached: it and its containers outlive every Longshore
 * process. Reuses the one an earlier run started. Answers its socket's path. Needs root.
 */
export const startPrivateEngine = async (dockerd: string, dataDir: string, console: Console): Promise<string> => {
  const places = privateEnginePlaces(dataDir);
  const deadlineMs = performance.now() + START_MS;
  for (;;) {
    const lock = await takeLock(places.lock);
    if (lock.kind === 'taken') {
      try {
        return (await findPrivateEngine(dataDir)) ?? (await start(dockerd, places, console));
      } finally {
        lock.release();
      }
    }
    if (performance.now() > deadlineMs) {
      throw new LongshoreError(
        'engine_start_failed',
        `process ${lock.by.pid} has been starting this engine for a minute`,
      );
    }
    await sleep(POLL_MS);
  }
};

/**
 * What a dockerd that was killed leaves behind and its successor only borrows: the containerd it started, and its data
 * root mounted onto itself.
 */
const endRemains = async (places: Places): Promise<void> => {
  const pid = await readFile(join(places.runDir, 'exec/containerd/containerd.pid'), 'utf8').catch(() => null);
  const command = pid === null ? '' : await readFile(`/proc/${pid.trim()}/cmdline`, 'utf8').catch(() => '');
  const containerd = command.includes(places.runDir) ? await identify(Number(pid)) : null;
  if (containerd !== null) await endProcess(containerd, 10_000);
  const mounted = async (): Promise<boolean> =>
    (await readFile('/proc/mounts', 'utf8')).includes(` ${places.dataRoot} `);
  if (!(await mounted())) return;
  try {
    // Lazily: a process of containerd may still be on its way out.
    await promisify(execFile)('umount', ['--lazy', places.dataRoot]);
  } catch (error) {
    // dockerd unmounts as it goes, and may have done so in between.
    if (await mounted()) throw error;
  }
};

/** Ends the engine and with it its containers; its images and containers stay on disk. Nothing there = done. */
export const stopPrivateEngine = async (dataDir: string): Promise<void> => {
  const places = privateEnginePlaces(dataDir);
  const record = readRecord(places);
  if (record === null) return;
  await endProcess(record, 20_000);
  await endRemains(places);
  if (record.bridge !== null) await removeBridge(record.bridge);
  rmSync(places.record, { force: true });
  rmSync(places.runDir, { recursive: true, force: true });
};
