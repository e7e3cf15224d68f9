import { ScheduleAlreadyRunning, type Client, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SchedulePlan } from '../../ledger/schedule-ledger.ts';
import type { JobId, JobUid } from '../../model/ids.ts';
import { CONTROL_QUEUE, SCHEDULE_PREFIX, scheduleWorkflowId, SEARCH_ATTRIBUTES } from '../../model/names.ts';
import type { OverlapPolicy, ScheduleRules } from '../../model/schedule.ts';
import type { ScheduledRunInput } from '../../model/scheduled-run.ts';
import type { TemporalSpec } from '../../scheduling/cron/temporal-spec.ts';
import { encodeTimes, overlapName, overlapOf, standingOf } from './schedule-codec.ts';
import type { DescribedSchedule, ScheduleGateway, ScheduleStanding } from './schedule-gateway.ts';
import { callTemporal } from './temporal-call.ts';

/** Each change is two or three calls, and many may be made at once. */
const CALL_TIMEOUT_MS = 5_000;
/** A list of thousands takes the embedded Temporal a while. */
const LIST_TIMEOUT_MS = 20_000;
const PAGE = 1_000;

const attribute = (name: string, value: string) => ({
  key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
  value,
});

/** ScheduleGateway over @temporalio/client. The uid in a schedule's memo tells whose an id is today. */
export class TemporalScheduleGateway implements ScheduleGateway {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  create(jobId: JobId, uid: JobUid, plan: SchedulePlan): Promise<'created' | 'taken'> {
    return this.#call('create a schedule', async () => {
      if (await this.#created(jobId, uid, plan)) return 'created';
      const there = await this.#described(jobId);
      if (there !== null) {
        if (there.uid === uid) return 'created';
        if (there.uid === null) return 'taken';
        await this.#handle(jobId).delete();
      }
      return (await this.#created(jobId, uid, plan)) ? 'created' : 'taken';
    });
  }

  retime(jobId: JobId, uid: JobUid, calendar: TemporalSpec, rules: ScheduleRules): Promise<'done' | 'gone'> {
    return this.#change('change a schedule', jobId, uid, (handle) =>
      handle.update(({ action, state }) => ({ action, state, ...encodeTimes(calendar, rules) })),
    );
  }

  pause(jobId: JobId, uid: JobUid, paused: boolean, note: string): Promise<'done' | 'gone'> {
    return this.#change('pause a schedule', jobId, uid, (handle) =>
      paused ? handle.pause(note) : handle.unpause(note),
    );
  }

  async remove(jobId: JobId, uid: JobUid): Promise<void> {
    await this.#change('delete a schedule', jobId, uid, (handle) => handle.delete());
  }

  trigger(jobId: JobId, overlap: OverlapPolicy | null): Promise<'done' | 'gone'> {
    return this.#change('trigger a schedule', jobId, null, async (handle) => {
      const policy = overlap === null ? (await handle.describe()).policies.overlap : overlapName[overlap];
      await handle.trigger(policy);
    });
  }

  backfill(
    jobId: JobId,
    stretch: { readonly fromMs: number; readonly toMs: number; readonly overlap: OverlapPolicy | null },
  ): Promise<'done' | 'gone'> {
    const { overlap } = stretch;
    return this.#change('backfill a schedule', jobId, null, (handle) =>
      handle.backfill({
        // Temporal leaves the start out.
        start: new Date(stretch.fromMs - 1),
        end: new Date(stretch.toMs),
        ...(overlap === null ? {} : { overlap: overlapName[overlap] }),
      }),
    );
  }

  describe(jobId: JobId): Promise<DescribedSchedule | null> {
    return this.#call('describe a schedule', () => this.#described(jobId));
  }

  list(): Promise<ReadonlyMap<string, ScheduleStanding>> {
    return callTemporal(this.#client, 'list schedules', LIST_TIMEOUT_MS, async () => {
      const found = new Map<string, ScheduleStanding>();
      for await (const schedule of this.#client.schedule.list({ pageSize: PAGE })) {
        if (!schedule.scheduleId.startsWith(SCHEDULE_PREFIX)) continue;
        found.set(schedule.scheduleId.slice(SCHEDULE_PREFIX.length), standingOf(schedule));
      }
      return found;
    });
  }

  async #created(jobId: JobId, uid: JobUid, plan: SchedulePlan): Promise<boolean> {
    const input: ScheduledRunInput = { scheduleUid: uid, scheduleId: jobId };
    try {
      await this.#client.schedule.create({
        scheduleId: scheduleWorkflowId(jobId),
        ...encodeTimes(plan.calendar, plan.rules),
        action: {
          type: 'startWorkflow',
          workflowType: 'scheduledRun',
          // Temporal adds the time it was due.
          workflowId: `run:${jobId}`,
          taskQueue: CONTROL_QUEUE,
          args: [input],
          workflowTaskTimeout: '5s',
          typedSearchAttributes: [
            attribute(SEARCH_ATTRIBUTES.pool, plan.pool),
            attribute(SEARCH_ATTRIBUTES.project, plan.project),
            attribute(SEARCH_ATTRIBUTES.owner, plan.owner),
          ],
          staticSummary: `a run of schedule ${jobId}: ${plan.image}`.slice(0, 200),
        },
        state: { paused: plan.paused, note: plan.note },
        memo: { uid },
      });
      return true;
    } catch (error) {
      if (error instanceof ScheduleAlreadyRunning) return false;
      throw error;
    }
  }

  async #described(jobId: JobId): Promise<DescribedSchedule | null> {
    try {
      const described = await this.#handle(jobId).describe();
      const { policies, info, spec, raw } = described;
      return {
        ...standingOf(described),
        rules: {
          overlap: overlapOf(policies.overlap),
          catchUpMs: policies.catchupWindow,
          jitterMs: spec.jitter ?? 0,
        },
        started: info.numActionsTaken,
        missed: info.numActionsMissedCatchupWindow,
        overlapSkipped: info.numActionsSkippedOverlap,
        bufferDropped: Number(raw.info?.bufferDropped ?? 0),
        waiting: Number(raw.info?.bufferSize ?? 0),
      };
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return null;
      throw error;
    }
  }

  /** `uid` null: whosever it is. */
  #change(
    what: string,
    jobId: JobId,
    uid: JobUid | null,
    change: (handle: ScheduleHandle) => Promise<void>,
  ): Promise<'done' | 'gone'> {
    return this.#call(what, async () => {
      try {
        if (uid !== null && (await this.#described(jobId))?.uid !== uid) return 'gone';
        await change(this.#handle(jobId));
        return 'done';
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return 'gone';
        throw error;
      }
    });
  }

  #handle(jobId: JobId): ScheduleHandle {
    return this.#client.schedule.getHandle(scheduleWorkflowId(jobId));
  }

  #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    return callTemporal(this.#client, what, CALL_TIMEOUT_MS, call);
  }
}
