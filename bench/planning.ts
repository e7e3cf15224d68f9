import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../ledger/ledger.ts';
import { openSqliteLedger } from '../ledger/sqlite/open-sqlite-ledger.ts';
import { hostNameSchema, poolNameSchema, type JobUid } from '../model/ids.ts';
import type { HeldDemand, HostSupply } from '../scheduling/host-room.ts';
import { planPool, type QueuedDemand } from '../scheduling/plan-pool.ts';
import { benchHello } from './bench-host.ts';
import { machine, quantile, rounded } from './figures.ts';
import { fillQueue } from './fill-queue.ts';
import { liveShortly } from './short-life.ts';

const POOL = poolNameSchema.parse('default');
const SLOTS = 8;
const PER_ROUND = 100;
const AT_ONCE = { nowMs: 0, afterMs: 0, isPoolKnown: true };

type Figure = { readonly what: string; readonly medianMs: number; readonly p99Ms: number; readonly rounds: number };

/** A planning round: the pure core alone over the whole queue, and as the planner does it, on the embedded ledger. */
export async function benchPlanning(queued: number, hosts: number, runs: number, json: boolean): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const sealKey = randomBytes(32);
  const ledger = await openSqliteLedger({ directory, sealKey, now: () => Date.now() });
  const figures: Figure[] = [];
  try {
    const uids = await fillQueue(ledger, POOL, 0, queued);
    figures.push(...measureCore(uids, hosts, runs));
    figures.push(...(await measureRounds(ledger, hosts, runs)));
  } finally {
    await ledger.close();
    await rm(directory, { recursive: true, force: true });
  }
  const rows = figures.map(
    ({ what, medianMs, p99Ms, rounds }) =>
      `${what.padEnd(46)} ${medianMs.toFixed(2).padStart(9)} ${p99Ms.toFixed(2).padStart(8)} ${String(rounds).padStart(7)}`,
  );
  process.stdout.write(
    `${queued} queued, ${hosts} hosts with ${SLOTS} slots, on ${machine()}\n` +
      `${['one round'.padEnd(46) + ' median ms   p99 ms  rounds', ...rows].join('\n')}\n`,
  );
  if (json) process.stdout.write(`${JSON.stringify({ planning: figures, queued, hosts })}\n`);
}

function measureCore(uids: readonly JobUid[], hosts: number, runs: number): Figure[] {
  const pool = (slots: number): HostSupply[] =>
    Array.from({ length: hosts }, (_, index) => {
      const { name, inventory } = benchHello(POOL, `host-${index}`, slots);
      const standing = { condition: 'up', sinceMs: 0, cordoned: false, drain: null } as const;
      return { name, inventory, ...standing, placeable: true, isGreeted: true, helloAtMs: 0 };
    });
  const asking = (gpus: number): QueuedDemand[] =>
    uids.map((uid, index) => ({
      uid,
      resources: { nanoCpus: (index % 4) * 2.5e8, memoryBytes: (index % 7) * 2 ** 28, shmBytes: 0, gpus },
      queuedAtMs: 0,
    }));
  const full: HeldDemand[] = pool(SLOTS).flatMap(({ name }) =>
    Array.from({ length: SLOTS }, () => ({
      ...{ host: hostNameSchema.parse(name), gpuIds: [] },
      resources: { nanoCpus: 0, memoryBytes: 0, shmBytes: 0, gpus: 0 },
    })),
  );
  const core = (what: string, queue: QueuedDemand[], slots: number, held: HeldDemand[]): Figure => {
    const tookMs: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const beganMs = performance.now();
      planPool(queue, pool(slots), held, AT_ONCE);
      tookMs.push(performance.now() - beganMs);
    }
    return figure(`core: ${what}`, tookMs);
  };
  return [
    core('every job placed, mixed demands', asking(0), Math.ceil(uids.length / hosts), []),
    core('no job ever fits', asking(1), SLOTS, []),
    core('the pool is full', asking(0), SLOTS, full),
  ];
}

/** Fills the pool round by round, then looks at the full pool, then places what one ending job makes room for. */
async function measureRounds(ledger: Ledger, hosts: number, runs: number): Promise<Figure[]> {
  for (let index = 0; index < hosts; index += 1) await ledger.hello(benchHello(POOL, `host-${index}`, SLOTS));
  const { token } = await ledger.beginPlanning({ pool: POOL });
  const placed: Awaited<ReturnType<typeof round>>[] = [];
  const round = async () => {
    const { queued, hosts: supplies, held } = await ledger.plannerSnapshot({ pool: POOL, maxQueued: PER_ROUND });
    const plan = planPool(queued, supplies, held, AT_ONCE);
    if (plan.placements.length === 0) return [];
    const committed = await ledger.commitRound({ pool: POOL, token, ...plan });
    if (committed.kind === 'stale') throw new Error('another planner has taken over');
    return committed.placed;
  };
  const timed = async (into: number[]): Promise<number> => {
    const beganMs = performance.now();
    const now = await round();
    into.push(performance.now() - beganMs);
    placed.push(now);
    return now.length;
  };
  const [filling, looking, following]: [number[], number[], number[]] = [[], [], []];
  while ((await timed(filling)) > 0);
  filling.pop();
  for (let run = 0; run < runs; run += 1) await timed(looking);
  for (const { signal, outboxId } of placed.flat().slice(0, runs)) {
    await liveShortly(ledger, signal, outboxId);
    await timed(following);
  }
  return [
    figure(`whole: ${PER_ROUND} jobs placed`, filling),
    figure('whole: the pool is full', looking),
    figure('whole: one job placed in a full pool', following),
  ];
}

const figure = (what: string, tookMs: readonly number[]): Figure => ({
  what,
  medianMs: rounded(quantile(tookMs, 0.5)),
  p99Ms: rounded(quantile(tookMs, 0.99)),
  rounds: tookMs.length,
});
