import { LongshoreError } from '../../model/error.ts';
import { canonicalJson } from '../canonical-json.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { CreateScheduleInput, CreateScheduleResult, PromisedChange, ScheduleTiming } from '../schedule-ledger.ts';
import { bundle } from './bundle.ts';
import type { VerbContext } from './context.ts';
import { keepSpec } from './keep-spec.ts';
import { promiseChange } from './promise-change.ts';
import { findSchedule, type ScheduleRow } from './schedule-row.ts';

export async function createSchedule(ctx: VerbContext, input: CreateScheduleInput): Promise<CreateScheduleResult> {
  const { uid, jobId, pool, project, owner, spec, timing, rules, paused, note } = input;
  const specDigest = ctx.sealer.digest(spec);
  const bundleDigest = input.needsBundle ? ((await bundle(ctx, { jobId }))?.digest ?? null) : null;
  const metadata = toJson(input.metadata);
  const there = await findSchedule(ctx, jobId);
  if (there !== null) {
    const equal =
      there.spec_digest === specDigest &&
      there.bundle_digest === bundleDigest &&
      isEqual(fromJson(there.metadata), fromJson(metadata)) &&
      isSameTiming(fromJson(there.timing), timing) &&
      isEqual(fromJson(there.rules), rules);
    if (!equal) return { kind: 'conflict' };
    return { kind: 'same', uid: there.uid, promised: await creationOf(ctx, there) };
  }
  if (input.needsBundle && bundleDigest === null) return { kind: 'no_bundle' };
  if (input.maxSchedules !== null && (await countSchedules(ctx)) >= input.maxSchedules) {
    return { kind: 'too_many', limit: input.maxSchedules };
  }
  const image = spec.roles[0]?.container.image;
  if (image === undefined) throw new LongshoreError('spec_invalid', `Schedule ${jobId} has no role to run.`);
  await keepSpec(ctx, specDigest, spec);
  const row: ScheduleRow = {
    ...{ uid, job_id: jobId, pool, project, owner, spec_digest: specDigest, bundle_digest: bundleDigest, image },
    ...{
      metadata,
      timing: toJson({ ...timing, sinceMs: ctx.nowMs }),
      rules: toJson(rules),
      paused: paused ? 1 : 0,
      note,
    },
    ...{ created_at_ms: ctx.nowMs, changed_at_ms: ctx.nowMs, deleted_at_ms: null },
  };
  await ctx.trx.insertInto('schedules').values(row).execute();
  const plan = { calendar: timing.calendar, rules, paused, note, image, pool, project, owner };
  return { kind: 'created', promised: await promiseChange(ctx, row, { kind: 'create', plan }) };
}

const isEqual = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);

/** Its calendar follows from these, and looks otherwise when another version or another time zone database made it. */
const isSameTiming = (one: ScheduleTiming, other: ScheduleTiming): boolean =>
  one.timeZone === other.timeZone && isEqual(one.fields, other.fields);

async function countSchedules(ctx: VerbContext): Promise<number> {
  const { count } = await ctx.trx
    .selectFrom('schedules')
    .where('deleted_at_ms', 'is', null)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Null once Temporal has it. */
async function creationOf(ctx: VerbContext, row: ScheduleRow): Promise<PromisedChange | null> {
  const changes = await ctx.trx
    .selectFrom('schedule_changes')
    .selectAll()
    .where('uid', '=', row.uid)
    .orderBy('id')
    .execute();
  const [first] = changes;
  if (first === undefined) return null;
  const change = fromJson(first.change);
  return change.kind === 'create'
    ? { id: first.id, uid: row.uid, jobId: row.job_id, tries: first.tries, change }
    : null;
}
