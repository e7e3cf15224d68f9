import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CRON_FIELDS } from '../../scheduling/cron/cron.ts';
import { cronTexts } from '../../scheduling/cron/cron-texts.ts';
import { nextFires } from '../../scheduling/cron/next-fires.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';
import { startPythonOracle } from '../support/python-oracle.ts';
import { unexplained } from './clock-change.ts';
import { DOCUMENTED_CRONS, REFUSED_CRONS } from './documented-crons.ts';
import { cronQuestion, type CronQuestion } from './generated-crons.ts';

const COUNT = 10;
const answerSchema = z.union([
  z.object({ refused: z.string() }),
  z.object({ fires: z.array(z.number()), texts: z.record(z.string(), z.string()) }),
]);

// The time zone database of the pinned tzdata package, not the machine's.
const oracle = startPythonOracle('apscheduler_cron.py', { PYTHONTZPATH: '' });
afterAll(() => oracle.close());
const ask = async (question: CronQuestion) => answerSchema.parse(await oracle.ask({ ...question, count: COUNT }));

/** Where we say otherwise than APScheduler; null: nowhere. */
const disagreement = async (question: CronQuestion): Promise<unknown> => {
  const theirs = await ask(question);
  const ours = parseCron(question.given);
  if ('refused' in theirs || ours.kind === 'refused') {
    const agreed = 'refused' in theirs && ours.kind === 'refused' && theirs.refused === ours.field;
    return agreed ? null : { question, theirs, ours };
  }
  const texts = cronTexts(ours.cron);
  const firesOf = (count: number) => nextFires(ours.cron, question.zone, question.after, count);
  const few = firesOf(2 * COUNT);
  // Where APScheduler lost an hour or two, more may have been due in it.
  const isEnough = few.length < 2 * COUNT || Math.max(...few) >= Math.max(...theirs.fires);
  const fires = isEnough ? few : firesOf(2 * 3600 + COUNT);
  const differing = unexplained(question, fires, theirs.fires, COUNT);
  const sameTexts = CRON_FIELDS.every((field) => texts[field] === theirs.texts[field]);
  return sameTexts && differing.length === 0 ? null : { question, differing, texts, theirs: theirs.texts };
};

const disagreements = async (questions: readonly CronQuestion[]): Promise<readonly unknown[]> =>
  (await Promise.all(questions.map(disagreement))).filter((found) => found !== null);

const at = (zone: string, given: CronQuestion['given'], after: string): CronQuestion => ({
  given,
  zone,
  after: Date.parse(after),
});

describe('APScheduler and we', () => {
  it('agree on 3,000 generated schedules: what is refused and for which field, how it is written, its next 10 fire times', async () => {
    const questions = fc.sample(cronQuestion, { seed: 20_260_101, numRuns: 3000 });
    expect(await disagreements(questions)).toEqual([]);
    const accepted = questions.filter(({ given }) => parseCron(given).kind === 'ok');
    expect(accepted.length).toBeGreaterThan(1000);
  }, 120_000);

  it('agree on all that its documentation tells, in several zones', async () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
    const questions = zones.flatMap((zone) => DOCUMENTED_CRONS.map((given) => at(zone, given, '2026-01-01T12:34:56Z')));
    expect(await disagreements(questions)).toEqual([]);
    expect(DOCUMENTED_CRONS.map((given) => parseCron(given).kind)).toEqual(DOCUMENTED_CRONS.map(() => 'ok'));
  });

  it('refuse the same field', async () => {
    expect(await disagreements(REFUSED_CRONS.map((given) => at('UTC', given, '2026-01-01T00:00:00Z')))).toEqual([]);
    expect(REFUSED_CRONS.filter((given) => parseCron(given).kind === 'ok')).toEqual([]);
  });
});

describe('when a clock is changed', () => {
  const both = async (question: CronQuestion, count: number) => {
    const parsed = parseCron(question.given);
    const theirs = await ask(question);
    const iso = (times: readonly number[]) =>
      times.slice(0, count).map((ms) => new Date(ms).toISOString().slice(0, 16));
    if (parsed.kind === 'refused' || 'refused' in theirs) throw new Error('it is refused');
    return {
      ours: iso(nextFires(parsed.cron, question.zone, question.after, count)),
      theirs: iso(theirs.fires),
    };
  };

  it('a time that it shows twice fires twice, with us as with APScheduler', async () => {
    const said = await both(at('Europe/Berlin', { hour: 2, minute: 30 }, '2026-10-24T12:00:00Z'), 3);
    expect(said.ours).toEqual(['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30']);
    expect(said.theirs).toEqual(said.ours);
  });

  it('a time that it leaves out fires as much later, with us as with APScheduler', async () => {
    const said = await both(at('Europe/Berlin', { hour: 2, minute: 30 }, '2026-03-28T12:00:00Z'), 2);
    expect(said.ours).toEqual(['2026-03-29T01:30', '2026-03-30T00:30']);
    expect(said.theirs).toEqual(said.ours);
  });

  it('what then falls on a time that fires anyway fires once, where APScheduler fires twice in one second', async () => {
    const said = await both(at('Europe/Berlin', { hour: '2,3' }, '2026-03-28T12:00:00Z'), 3);
    expect(said.ours).toEqual(['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T01:00']);
    expect(said.theirs).toEqual(['2026-03-29T01:00', '2026-03-29T01:00', '2026-03-30T00:00']);
  });

  it('all that it leaves out fires later, where APScheduler fires the first of it at most', async () => {
    const said = await both(at('Europe/Berlin', { hour: 2, minute: '0,20,40' }, '2026-03-28T12:00:00Z'), 4);
    expect(said.ours).toEqual(['2026-03-29T01:00', '2026-03-29T01:20', '2026-03-29T01:40', '2026-03-30T00:00']);
    expect(said.theirs).toEqual(['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T00:20', '2026-03-30T00:40']);
  });

  it('the first hour of a later day is not lost, as it is with APScheduler', async () => {
    const said = await both(at('Europe/Berlin', { day: 1 }, '2026-02-15T12:00:00Z'), 3);
    expect(said.ours).toEqual(['2026-02-28T23:00', '2026-03-31T22:00', '2026-04-30T22:00']);
    expect(said.theirs).toEqual(['2026-02-28T23:00', '2026-04-30T22:00', '2026-05-31T22:00']);
  });

  it('at midnight, that day runs too', async () => {
    const said = await both(at('America/Santiago', { hour: 0 }, '2026-09-04T12:00:00Z'), 3);
    expect(said.ours).toEqual(['2026-09-05T04:00', '2026-09-06T04:00', '2026-09-07T03:00']);
    expect(said.theirs).toEqual(['2026-09-05T04:00', '2026-09-07T03:00', '2026-09-08T03:00']);
  });
});
