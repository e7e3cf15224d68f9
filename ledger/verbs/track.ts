import { sql } from 'kysely';
import { z } from 'zod';
import type { JobId, JobUid } from '../../model/ids.ts';
import { kindOfEnd, type TrackerEvent, type TrackerEventKind } from '../../model/tracker-event.ts';
import type { JobRow } from '../job-row.ts';
import { isFinal } from '../job-states.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';

/** Ids follow the clock, so that a ledger restored from a backup gives none again that it has given since. */
const IDS_PER_MS = 1_000;

/** As the api keeps what came with a submission. */
const submittedSchema = z.object({ metadata: z.object({ monitor_name: z.string().min(1) }) });

type Told = Pick<TrackerEvent, 'ledger' | 'id' | 'kind'>;

/**
 * Keeps an event per row for the trackers, in the transaction that changed the rows; does nothing while there are none.
 * `changed`: the rows as they are now. Of a deleted job nothing more is told, whatever its workflow still records.
 */
export async function track(ctx: VerbContext, kind: TrackerEventKind, changed: readonly JobRow[]): Promise<void> {
  const rows = kind === 'deleted' ? changed : changed.filter((row) => row.withdrawn_at_ms === null);
  if (rows.length === 0) return;
  const given = await takeEventIds(ctx, rows.length);
  if (given === null) return;
  const events = rows.map((row, index) => {
    const told = { ledger: given.ledger, id: given.first + index, kind };
    return { id: told.id, event: toJson(toEvent(row, told, ctx.nowMs)) };
  });
  await ctx.trx.insertInto('tracker_events').values(events).execute();
  ctx.touch('trackers');
}

/** These left the queue for good, and ended jobs may go by their ids again. Unconfirmed ones were never told of. */
export async function trackRemoval(ctx: VerbContext, uids: readonly JobUid[], jobIds: readonly JobId[]): Promise<void> {
  if ((await ctx.trx.selectFrom('trackers').select('name').limit(1).executeTakeFirst()) === undefined) return;
  const jobs = ctx.trx.selectFrom('jobs').selectAll();
  await track(ctx, 'deleted', await jobs.where('uid', 'in', uids).where('start_confirmed', '=', 1).execute());
  for (const row of await jobs.where('job_id', 'in', jobIds).where('current', '=', 1).execute()) {
    if (isFinal(row.state)) await track(ctx, kindOfEnd[row.state], [row]);
  }
}

/** Null: nobody is to be told. */
async function takeEventIds(
  ctx: VerbContext,
  count: number,
): Promise<{ readonly ledger: string; readonly first: number } | null> {
  const floor = ctx.nowMs * IDS_PER_MS;
  const state = await ctx.trx
    .updateTable('tracker_state')
    .set({
      last_event_id: sql<number>`case when last_event_id < ${floor} then ${floor + count}
        else last_event_id + ${count} end`,
    })
    .where('id', '=', 1)
    .where(({ exists, selectFrom }) => exists(selectFrom('trackers').select('name')))
    .returning(['ledger_id', 'last_event_id'])
    .executeTakeFirst();
  return state === undefined ? null : { ledger: state.ledger_id, first: state.last_event_id - count + 1 };
}

function toEvent(row: JobRow, told: Told, nowMs: number): TrackerEvent {
  const exit = row.exit === null ? null : fromJson(row.exit);
  const submitted = submittedSchema.safeParse(fromJson(row.metadata));
  return {
    ...told,
    atMs: nowMs,
    uid: row.uid,
    jobId: row.job_id,
    project: row.project,
    owner: row.owner,
    monitorName: submitted.success ? submitted.data.metadata.monitor_name : null,
    attempt: row.attempt,
    admittedAtMs: row.admitted_at_ms,
    startedAtMs: row.started_at_ms ?? exit?.startedAtMs ?? null,
    endedAtMs: row.ended_at_ms,
    exitCode: exit?.exitCode ?? null,
    reason: row.reason,
    sentence: row.sentence,
  };
}
