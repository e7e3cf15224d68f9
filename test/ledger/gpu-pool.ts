import { ulid } from 'ulid';
import type { Ledger } from '../../ledger/ledger.ts';
import { hostNameSchema, type HostName, type JobUid } from '../../model/ids.ts';
import type { PlacedSignal } from '../../model/workflow-messages.ts';
import { planPool } from '../../scheduling/plan-pool.ts';
import {
  aHello,
  aJobId,
  anAdmission,
  anEntry,
  aSpec,
  failed,
  notHeard,
  POOL,
  progress,
  proof,
  ROLE,
  RUN,
} from './builders.ts';
import { aFiring, aKnownSchedule } from './schedule-builders.ts';

const HOSTS = ['host-a', 'host-b'].map((name) => hostNameSchema.parse(name));
const GPU_IDS = ['0', '1', '2'];

/** A container that may live: from the claim that lets it start until there is proof that it is gone. */
type Container = { readonly signal: PlacedSignal; readonly host: HostName; readonly gpuIds: readonly string[] };

/** A pool of two hosts over a real ledger, as its jobs, planner and host workers use it; looks at every GPU given. */
export class GpuPool {
  readonly #ledger: Ledger;
  readonly #jobs: { readonly uid: JobUid; readonly name: string }[] = [];
  readonly #incarnations = new Map<HostName, string[]>();
  readonly #sequences = new Map<JobUid, number>();
  #schedule: JobUid | null = null;
  #fired = 0;
  #placed: Container[] = [];
  #live: Container[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** How many containers have been let start. */
  started = 0;

  async submit(gpus: number): Promise<void> {
    const name = `job-${ulid().toLowerCase()}`;
    const admission = anAdmission(name, { spec: aSpec({ gpus }) });
    await this.#ledger.admit(admission);
    await this.#opened(admission.uid, name);
  }

  /** A run of a schedule, through the same door. */
  async fire(): Promise<void> {
    this.#schedule ??= await aKnownSchedule(this.#ledger, `cron-${ulid().toLowerCase()}`, { spec: aSpec({ gpus: 1 }) });
    this.#fired += 1;
    const firing = aFiring(this.#schedule, 1_800_000_000_000 + this.#fired * 60_000);
    const run = await this.#ledger.admitScheduled(firing);
    if (run.kind === 'admitted') await this.#opened(firing.uid, run.input.jobId);
  }

  async plan(): Promise<void> {
    const { queued, hosts, held } = await this.#ledger.plannerSnapshot({ pool: POOL, maxQueued: 100 });
    const refusing = { nowMs: 0, afterMs: Infinity, isPoolKnown: false };
    await this.#commit(planPool(queued, hosts, held, refusing).placements);
  }

  /** What a planner would commit that has lost its mind. */
  async planMadly(gpuIds: readonly string[], host: number): Promise<void> {
    const { queued } = await this.#ledger.plannerSnapshot({ pool: POOL, maxQueued: 100 });
    const name = HOSTS[host % HOSTS.length];
    if (name !== undefined) await this.#commit(queued.map(({ uid }) => ({ uid, host: name, gpuIds })));
  }

  async claim(nth: number): Promise<void> {
    const container = this.#placed.splice(nth % Math.max(1, this.#placed.length), 1)[0];
    if (container === undefined) return;
    const { uid, placement } = container.signal;
    const answer = await this.#ledger.claim({ uid, runId: RUN, epoch: placement.epoch });
    if (answer.kind !== 'claimed') return;
    const taken = this.#live.filter(({ host }) => host === container.host).flatMap(({ gpuIds }) => gpuIds);
    const twice = container.gpuIds.filter((id) => taken.includes(id));
    if (twice.length > 0) throw new Error(`GPU ${twice.join()} of ${container.host} was given to two live jobs`);
    this.#live.push(container);
    this.started += 1;
  }

  /** Its workflow records how it went on; `proven`: and that its container is gone. */
  async goesOn(nth: number, how: 'runs' | 'fails' | 'waits again', proven: boolean): Promise<void> {
    const at = nth % Math.max(1, this.#live.length);
    const container = this.#live[at];
    if (container === undefined) return;
    const { signal } = container;
    const again = { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'tries again' } as const;
    const entry = {
      runs: progress('running'),
      fails: { kind: 'outcome', outcome: failed } as const,
      'waits again': again,
    };
    const release = proven ? proof(signal, 'exited') : null;
    const sequence = (this.#sequences.get(signal.uid) ?? 0) + 1;
    this.#sequences.set(signal.uid, sequence);
    await this.#ledger.record(anEntry(signal.uid, sequence, entry[how], { release }));
    if (proven) this.#live.splice(at, 1);
  }

  async cancel(nth: number): Promise<void> {
    const job = this.#jobs[nth % Math.max(1, this.#jobs.length)];
    if (job === undefined) return;
    await this.#ledger.requestCancel({ jobId: aJobId(job.name), graceSec: null, signal: null, because: 'test' });
  }

  async hostDies(nth: number): Promise<void> {
    await notHeard(this.#ledger, HOSTS[nth % HOSTS.length]);
  }

  /** With what its engine still runs. */
  async hostComes(nth: number): Promise<void> {
    const name = HOSTS[nth % HOSTS.length];
    if (name === undefined) return;
    const incarnations = [...(this.#incarnations.get(name) ?? []), ulid()];
    this.#incarnations.set(name, incarnations);
    const held = this.#live
      .filter(({ host }) => host === name)
      .map(({ signal, gpuIds }) => ({
        ...{ uid: signal.uid, role: ROLE, replica: 0, epoch: signal.placement.epoch, attempt: 1, gpuIds: [...gpuIds] },
        ...{ phase: 'started' as const, containerRunning: true, jobId: aJobId('held') },
      }));
    const { inventory } = aHello();
    await this.#ledger.hello(
      aHello({
        ...{ name, engineId: `engine of ${name}`, incarnation: incarnations.at(-1) ?? '', incarnations, held },
        inventory: { ...inventory, gpuIds: GPU_IDS, slots: 6 },
      }),
    );
  }

  /** Everything ends, and its containers are gone. */
  async empty(): Promise<void> {
    while (this.#live.length > 0) await this.goesOn(0, 'fails', true);
    this.#placed = [];
    for (let nth = 0; nth < this.#jobs.length; nth += 1) await this.cancel(nth);
    for (const { uid } of this.#jobs.splice(0)) {
      const sequence = (this.#sequences.get(uid) ?? 0) + 1;
      await this.#ledger.record(anEntry(uid, sequence, { kind: 'outcome', outcome: failed }));
    }
    const { held } = await this.#ledger.plannerSnapshot({ pool: POOL, maxQueued: 1 });
    if (held.length > 0) throw new Error(`${held.length} placements are held by nothing that lives`);
  }

  async #opened(uid: JobUid, name: string): Promise<void> {
    await this.#ledger.openRun({ uid, runId: RUN });
    this.#jobs.push({ uid, name });
  }

  async #commit(placements: Parameters<Ledger['commitRound']>[0]['placements']): Promise<void> {
    const { token } = await this.#ledger.beginPlanning({ pool: POOL });
    const committed = await this.#ledger.commitRound({ pool: POOL, token, placements, refusals: [] });
    if (committed.kind === 'stale') throw new Error('no other planner is there');
    for (const { signal } of committed.placed) {
      const { host, gpuIds } = signal.placement;
      this.#placed.push({ signal, host, gpuIds });
    }
  }
}
