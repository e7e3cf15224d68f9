import { clientSpec } from '../../scheduling/cron/client-spec.ts';
import type {
  DescribedSchedule,
  ScheduleGateway,
  ScheduleStanding,
} from '../../activities/control/schedule-gateway.ts';
import type { SchedulePlan } from '../../ledger/schedule-ledger.ts';
import { LongshoreError } from '../../model/error.ts';
import type { JobId, JobUid } from '../../model/ids.ts';
import type { OverlapPolicy, ScheduleRules } from '../../model/schedule.ts';
import type { TemporalSpec } from '../../scheduling/cron/temporal-spec.ts';

type Held = { uid: string | null; paused: boolean; note: string; calendar: TemporalSpec; rules: ScheduleRules };

/** Temporal's schedules held in memory: the suites here are about what the api makes of its answers. */
export class FakeScheduleGateway implements ScheduleGateway {
  mode: 'up' | 'unavailable' = 'up';
  readonly held = new Map<string, Held>();
  readonly triggered: { readonly jobId: string; readonly what: string }[] = [];
  /** What a list shows, when it is behind. */
  listed: ReadonlyMap<string, ScheduleStanding> | null = null;

  async create(jobId: JobId, uid: JobUid, plan: SchedulePlan): Promise<'created' | 'taken'> {
    this.#answer();
    const there = this.held.get(jobId);
    if (there?.uid === null) return 'taken';
    const { paused, note, calendar, rules } = plan;
    this.held.set(jobId, { uid, paused, note, calendar, rules });
    return 'created';
  }
  async retime(jobId: JobId, uid: JobUid, calendar: TemporalSpec, rules: ScheduleRules): Promise<'done' | 'gone'> {
    return this.#change(jobId, uid, (held) => Object.assign(held, { calendar, rules }));
  }
  async pause(jobId: JobId, uid: JobUid, paused: boolean, note: string): Promise<'done' | 'gone'> {
    return this.#change(jobId, uid, (held) => Object.assign(held, { paused, note }));
  }
  async remove(jobId: JobId, uid: JobUid): Promise<void> {
    this.#change(jobId, uid, () => this.held.delete(jobId));
  }
  async trigger(jobId: JobId, overlap: OverlapPolicy | null): Promise<'done' | 'gone'> {
    return this.#change(jobId, null, () => this.triggered.push({ jobId, what: `trigger ${overlap}` }));
  }
  async backfill(
    jobId: JobId,
    { fromMs, toMs, overlap }: { fromMs: number; toMs: number; overlap: OverlapPolicy | null },
  ): Promise<'done' | 'gone'> {
    return this.#change(jobId, null, () => this.triggered.push({ jobId, what: `${fromMs} to ${toMs} ${overlap}` }));
  }
  async describe(jobId: JobId): Promise<DescribedSchedule | null> {
    this.#answer();
    const held = this.held.get(jobId);
    if (held === undefined) return null;
    const counts = { started: 0, missed: 0, overlapSkipped: 0, bufferDropped: 0, waiting: 0 };
    return { ...this.#standing(held), rules: held.rules, ...counts };
  }
  async list(): Promise<ReadonlyMap<string, ScheduleStanding>> {
    this.#answer();
    return this.listed ?? new Map([...this.held].map(([jobId, held]) => [jobId, this.#standing(held)]));
  }

  #standing({ uid, paused, note, calendar }: Held): ScheduleStanding {
    const { calendars, skip, ...spec } = clientSpec(calendar);
    const told = (all: typeof calendars) => all.map((one) => ({ ...one, year: one.year === '*' ? [] : one.year }));
    return {
      ...{ uid, paused, note, nextFiresMs: [] },
      spec: { ...spec, calendars: told(calendars), skip: told(skip) },
    };
  }

  #change(jobId: string, uid: string | null, change: (held: Held) => unknown): 'done' | 'gone' {
    this.#answer();
    const held = this.held.get(jobId);
    if (held === undefined || (uid !== null && held.uid !== uid)) return 'gone';
    change(held);
    return 'done';
  }

  #answer(): void {
    if (this.mode === 'up') return;
    throw new LongshoreError('temporal_unavailable', 'Temporal does not answer at 127.0.0.1:7233; is it running?');
  }
}
