import { ulid } from 'ulid';
import type { Ledger } from '../../ledger/ledger.ts';
import type { CreateScheduleInput, PromisedChange, ScheduleTiming } from '../../ledger/schedule-ledger.ts';
import type { JobUid } from '../../model/ids.ts';
import { cronTexts } from '../../scheduling/cron/cron-texts.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';
import { toTemporalSpec } from '../../scheduling/cron/temporal-spec.ts';
import { aJobId, aSpec, aUid, POOL } from './builders.ts';

export function aTiming(fields: Readonly<Record<string, unknown>>, timeZone = 'Europe/Berlin'): ScheduleTiming {
  const parsed = parseCron(fields);
  if (parsed.kind === 'refused') throw new Error(parsed.because);
  return { fields: cronTexts(parsed.cron), timeZone, calendar: toTemporalSpec(parsed.cron, timeZone) };
}

export const aSchedule = (name: string, changes: Partial<CreateScheduleInput> = {}): CreateScheduleInput => ({
  ...{ uid: aUid(), jobId: aJobId(name), pool: POOL, project: 'vision', owner: 'ada' },
  ...{ spec: aSpec(), metadata: { note: name }, needsBundle: false, timing: aTiming({ hour: 3 }) },
  rules: { overlap: 'buffer_one', catchUpMs: 600_000, jitterMs: 0 },
  ...{ paused: false, note: '', maxSchedules: null },
  ...changes,
});

/** Created, and Temporal was told. */
export async function aKnownSchedule(
  ledger: Ledger,
  name: string,
  changes: Partial<CreateScheduleInput> = {},
): Promise<JobUid> {
  const created = await ledger.createSchedule(aSchedule(name, changes));
  if (created.kind !== 'created') throw new Error(`${name} was not created: ${created.kind}`);
  await ledger.finishScheduleChange(created.promised);
  return created.promised.uid;
}

export const aFiring = (scheduleUid: JobUid, nominalMs: number, runId = ulid()) => ({
  ...{ scheduleUid, nominalMs, uid: aUid(), maxQueued: 1_000 },
  starter: { workflowId: 'run:x', runId },
});

export const takeChanges = (ledger: Ledger): Promise<readonly PromisedChange[]> =>
  ledger.takeScheduleChanges({ limit: 10, leaseMs: 60_000 });
