import { Client, Connection } from '@temporalio/client';
import { msToTs, requiredTsToMs } from '@temporalio/common/lib/time.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSpec } from '../../scheduling/cron/client-spec.ts';
import type { Cron } from '../../scheduling/cron/cron.ts';
import { isSameSpec } from '../../scheduling/cron/from-temporal-spec.ts';
import { nextFires } from '../../scheduling/cron/next-fires.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';
import { toTemporalSpec, type TemporalSpec } from '../../scheduling/cron/temporal-spec.ts';
import { aCron } from '../scheduling/a-cron.ts';
import { eventually } from '../support/child.ts';
import { startTemporalServer, type TemporalServer } from '../support/temporal-server.ts';
import { DOCUMENTED_CRONS } from './documented-crons.ts';
import { cronQuestion, type CronQuestion } from './generated-crons.ts';

const COUNT = 30;
const ACTION = { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' } as const;

let server: TemporalServer;
let connection: Connection;
let client: Client;
let made = 0;

beforeAll(async () => {
  server = await startTemporalServer();
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

const create = async (spec: TemporalSpec) =>
  client.schedule.create({
    scheduleId: `cron-${(made += 1)}`,
    spec: clientSpec(spec),
    action: ACTION,
    state: { paused: true },
  });

const matchingTimes = async (scheduleId: string, afterMs: number, untilMs: number): Promise<readonly number[]> => {
  const { startTime } = await connection.workflowService.listScheduleMatchingTimes({
    namespace: 'default',
    scheduleId,
    ...{ startTime: msToTs(afterMs), endTime: msToTs(untilMs) },
  });
  return startTime.map((time) => requiredTsToMs(time, 'a fire time')).filter((ms) => ms > afterMs && ms <= untilMs);
};

/** Where Temporal fires otherwise than we say, over the next COUNT times; null: nowhere. */
const disagreement = async ({ given, zone, after }: CronQuestion, cron: Cron): Promise<unknown> => {
  const spec = toTemporalSpec(cron, zone);
  const handle = await create(spec);
  const ours = nextFires(cron, zone, after, COUNT);
  const untilMs = ours.length < COUNT ? Date.UTC(2101, 0, 1) : Math.max(...ours);
  const theirs = await matchingTimes(handle.scheduleId, after, untilMs);
  const described = await handle.describe();
  await handle.delete();
  const text = (times: readonly number[], others: readonly number[]) =>
    times.filter((ms) => !others.includes(ms)).map((ms) => new Date(ms).toISOString());
  const differing = { temporalOnly: text(theirs, ours), oursOnly: text(ours, theirs) };
  const isSame = isSameSpec(described.spec, spec, false);
  const isEqual = theirs.length === ours.length && differing.oursOnly.length === 0;
  return isSame && isEqual ? null : { given, zone, after: new Date(after).toISOString(), ...differing, isSame };
};

const disagreements = async (questions: readonly CronQuestion[]): Promise<readonly unknown[]> => {
  const found: unknown[] = [];
  for (const question of questions) {
    const parsed = parseCron(question.given);
    if (parsed.kind === 'ok') found.push(await disagreement(question, parsed.cron));
  }
  return found.filter((one) => one !== null);
};

const at = (zone: string, after: string, ...givens: readonly CronQuestion['given'][]): readonly CronQuestion[] =>
  givens.map((given) => ({ given, zone, after: Date.parse(after) }));

describe('Temporal fires when we say', () => {
  it('for all that is documented', async () => {
    expect(await disagreements(at('Europe/Berlin', '2026-01-01T12:34:56Z', ...DOCUMENTED_CRONS))).toEqual([]);
  }, 120_000);

  it('for schedules generated at random, in all zones', async () => {
    expect(await disagreements(fc.sample(cronQuestion, { seed: 5, numRuns: 200 }))).toEqual([]);
  }, 240_000);

  it('when a clock is put back', async () => {
    const minute = '*/20';
    const questions = [
      ...at('Europe/Berlin', '2026-10-24T21:30:00Z', { hour: 2, minute: 30 }, { hour: 1, minute }, { hour: 2, minute }),
      ...at('Europe/Berlin', '2026-10-24T21:30:00Z', { minute }, { hour: '1-4', minute }, { minute: '*/7' }),
      ...at(
        'Europe/Berlin',
        '2026-10-24T21:30:00Z',
        { hour: '*/2', minute, second: '5,10' },
        { week: 43, hour: 2, minute },
      ),
      ...at('Europe/London', '2026-10-24T21:30:00Z', { hour: 1, minute }, { hour: '0,1', minute }),
      ...at('America/New_York', '2026-11-01T02:30:00Z', { hour: 1, minute }, { minute }, { hour: '0-2', minute }),
      ...at('Australia/Lord_Howe', '2026-04-04T12:30:00Z', { hour: 1, minute: '*/10' }, { hour: 1, minute: 35 }),
      ...at('Australia/Lord_Howe', '2026-04-04T12:30:00Z', { minute: '*/10' }, { minute: '*/7' }, { hour: 2 }),
      ...at('Antarctica/Troll', '2026-10-24T21:30:00Z', { hour: '1,2', minute }, { hour: '0-4', minute }),
      ...at('America/Santiago', '2026-04-03T21:30:00Z', { hour: 23, minute }, { hour: 0, minute }),
    ];
    expect(await disagreements(questions)).toEqual([]);
  }, 120_000);

  it('when a clock is put forward', async () => {
    const minute = '*/20';
    const questions = [
      ...at(
        'Europe/Berlin',
        '2026-03-28T22:30:00Z',
        { hour: 2, minute: 30 },
        { hour: 2, minute },
        { hour: '2,3', minute },
      ),
      ...at('Europe/Berlin', '2026-03-28T22:30:00Z', { day: 1 }, { minute }, { week: 13, hour: 2, minute }),
      ...at('Australia/Lord_Howe', '2026-10-03T12:30:00Z', { hour: 2, minute: 15 }, { hour: 2, minute }, { minute }),
      ...at('Antarctica/Troll', '2026-03-28T22:30:00Z', { hour: '1,2', minute }, { hour: '2-3', minute }),
      ...at('America/Santiago', '2026-09-05T21:30:00Z', { hour: 0, minute }, { minute }),
    ];
    expect(await disagreements(questions)).toEqual([]);
  }, 120_000);
});

describe('a schedule in Temporal', () => {
  const NOW = Date.now();
  const ofZone = (given: Record<string, unknown>) => toTemporalSpec(aCron(given), 'Europe/Berlin');

  it('tells the next fire times that we tell', async () => {
    for (const given of [
      { week: '*/3', day_of_week: 'mon' },
      { day: 'last fri', hour: 2, minute: 30 },
      { hour: '*/5' },
    ]) {
      const described = await (await create(ofZone(given))).describe();
      const told = described.info.nextActionTimes.map((time) => time.getTime());
      expect(nextFires(aCron(given), 'Europe/Berlin', NOW, told.length)).toEqual(told);
    }
  });

  it('is known again in a list, which tells only the first of its calendars', async () => {
    const spec = ofZone({ week: '*/2', hour: 2, minute: '*/10' });
    const { scheduleId } = await create(spec);
    const listed = await eventually('it is listed', async () => {
      for await (const one of client.schedule.list()) if (one.scheduleId === scheduleId) return one;
      return null;
    });
    expect(isSameSpec(listed.spec ?? {}, spec, true)).toBe(true);
  });

  it('that somebody gave other times with the temporal CLI is not ours any more', async () => {
    const spec = ofZone({ hour: 5 });
    const handle = await create(spec);
    const action = ['--workflow-id', 'none', '--type', 'none', '--task-queue', 'none'];
    await server.cli('schedule', 'update', '--schedule-id', handle.scheduleId, '--cron', '0 6 * * *', ...action);
    expect(isSameSpec((await handle.describe()).spec, spec, false)).toBe(false);
  });

  it('takes less than 200 KB to tell, whatever its cron', () => {
    for (const given of [
      { week: '*/2', minute: '*/7', second: '1,4,9,16,25,36' },
      { day: '1', hour: 2, minute: '*', second: '*' },
      { day: 'last fri,2nd mon', hour: '1-4', minute: '*/7' },
    ]) {
      expect(JSON.stringify(ofZone(given)).length).toBeLessThan(200_000);
    }
  });
});
