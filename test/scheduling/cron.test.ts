import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientSpec } from '../../scheduling/cron/client-spec.ts';
import { cronTexts } from '../../scheduling/cron/cron-texts.ts';
import { isSameSpec } from '../../scheduling/cron/from-temporal-spec.ts';
import { nextFires } from '../../scheduling/cron/next-fires.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';
import { runSuffix } from '../../scheduling/cron/run-suffix.ts';
import { toTemporalSpec } from '../../scheduling/cron/temporal-spec.ts';
import { isTimeZone } from '../../scheduling/cron/zone.ts';
import { aCron } from './a-cron.ts';

const at = (text: string): number => Date.parse(text);
const fires = (given: Record<string, unknown>, timeZone: string, after: string, count = 3): readonly string[] =>
  nextFires(aCron(given), timeZone, at(after), count).map((fireMs) => new Date(fireMs).toISOString().slice(0, 19));

describe('a schedule in cron fields', () => {
  it('fires when all its fields match', () => {
    expect(fires({ day: '3rd fri', hour: '9,17' }, 'UTC', '2026-01-01T00:00:00Z', 4)).toEqual([
      '2026-01-16T09:00:00',
      '2026-01-16T17:00:00',
      '2026-02-20T09:00:00',
      '2026-02-20T17:00:00',
    ]);
    expect(fires({ day: 'last', month: 'feb' }, 'UTC', '2026-01-01T00:00:00Z')).toEqual([
      '2026-02-28T00:00:00',
      '2027-02-28T00:00:00',
      '2028-02-29T00:00:00',
    ]);
    expect(fires({ week: 53, day_of_week: 'sun' }, 'UTC', '2026-01-01T00:00:00Z')).toEqual([
      '2027-01-03T00:00:00',
      '2033-01-02T00:00:00',
      '2038-01-03T00:00:00',
    ]);
  });

  it('fires in the seconds of its start and its end, and in none outside them', () => {
    const given = { hour: '*', start_date: '2026-01-31 10:00:00', end_date: '2026-01-31 13:00:00+02:00' };
    expect(fires(given, 'Europe/Berlin', '2026-01-01T00:00:00Z', 9)).toEqual([
      '2026-01-31T09:00:00',
      '2026-01-31T10:00:00',
      '2026-01-31T11:00:00',
    ]);
  });

  it('shows every field, with the defaults filled in', () => {
    expect(cronTexts(aCron({ day_of_week: 'MON-fri', minute: '*/15', end_date: '2026-01-31' }))).toEqual({
      year: '*',
      month: '*',
      day: '*',
      week: '*',
      day_of_week: 'mon-fri',
      hour: '*',
      minute: '*/15',
      second: '0',
      start_date: null,
      end_date: '2026-01-31',
    });
  });

  it('that is wrong is refused with its field named', () => {
    for (const [given, field] of [
      [{ minute: '60', second: 'x' }, 'minute'],
      [{ second: '*/60' }, 'second'],
      [{ day: '6th fri' }, 'day'],
      [{ day_of_week: 'sat-sun,sun-mon' }, 'day_of_week'],
      [{ hour: '*/0' }, 'hour'],
      [{ month: {} }, 'month'],
      [{ start_date: '2026-02-30', year: '1960' }, 'start_date'],
      [{ end_date: 7 }, 'end_date'],
      [{ hours: 3 }, 'hours'],
    ] as const) {
      expect(parseCron(given)).toMatchObject({ kind: 'refused', field });
    }
  });

  it('that can never fire ends at once', () => {
    const beganMs = performance.now();
    for (const given of [{ month: 2, day: 30 }, { year: 1980 }, { year: 9999 }, { week: 53, month: 6 }]) {
      expect(fires(given, 'Europe/Berlin', '2026-01-01T00:00:00Z')).toEqual([]);
    }
    expect(performance.now() - beganMs).toBeLessThan(2000);
  });

  it('tells the next fires of a thousand schedules in a moment', () => {
    const crons = Array.from({ length: 1000 }, (_, index) =>
      aCron({ day: index % 3 === 0 ? 'last fri' : '*', hour: index % 24, minute: index % 60 }),
    );
    const beganMs = performance.now();
    for (const cron of crons) expect(nextFires(cron, 'Europe/Berlin', at('2026-01-01T00:00:00Z'), 3)).toHaveLength(3);
    expect(performance.now() - beganMs).toBeLessThan(5000);
  });

  it('gives the same run names as clocks show, and each its own where a clock is put back', () => {
    const twice = nextFires(aCron({ hour: 2, minute: 30 }), 'Europe/Berlin', at('2026-10-24T12:00:00Z'), 3);
    expect(twice.map((fireMs) => runSuffix('Europe/Berlin', fireMs))).toEqual([
      '20261025_023000',
      '20261025_023000_2',
      '20261026_023000',
    ]);
  });

  it('never names two runs alike, nor fires twice in one second', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca');
    const day = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(zone, day, fc.constantFrom('*', '*/20', '30'), (timeZone, fromMs, minute) => {
        const times = nextFires(aCron({ hour: '*', minute, second: 0 }), timeZone, fromMs, 1000);
        expect(times.every((fireMs, index) => fireMs > (times[index - 1] ?? fromMs))).toBe(true);
        expect(new Set(times.map((fireMs) => runSuffix(timeZone, fireMs))).size).toBe(times.length);
      }),
      { numRuns: 50 },
    );
  });

  it('has a zone that the time zone database knows', () => {
    expect(['UTC', 'Europe/Berlin', '+01:00', 'Mars/Olympus', ''].filter(isTimeZone)).toEqual(['UTC', 'Europe/Berlin']);
  });
});

describe('a Temporal schedule', () => {
  const made = (given: Record<string, unknown>, timeZone: string) => toTemporalSpec(aCron(given), timeZone);
  const described = (given: Record<string, unknown>, timeZone: string) => {
    const { calendars, skip, ...spec } = clientSpec(made(given, timeZone));
    const told = (all: typeof calendars) => all.map((one) => ({ ...one, year: one.year === '*' ? [] : one.year }));
    return { ...spec, calendars: told(calendars), skip: told(skip) };
  };

  it('is known again as made from its cron, and as changed once anything of it was changed', () => {
    const cron = { day: 'last', hour: '*/2', start_date: '2026-01-01' };
    const spec = described(cron, 'Europe/Berlin');
    const ours = made(cron, 'Europe/Berlin');
    expect(isSameSpec(spec, ours, false)).toBe(true);
    expect(isSameSpec(spec, made({ ...cron, hour: '*/6' }, 'Europe/Berlin'), false)).toBe(false);
    expect(isSameSpec(spec, made(cron, 'UTC'), false)).toBe(false);
    for (const changed of [
      { intervals: [{ every: 60_000, offset: 0 }] },
      { endAt: new Date(0) },
      { calendars: spec.calendars.slice(1) },
      { skip: [] },
    ]) {
      expect(isSameSpec({ ...spec, ...changed }, ours, false)).toBe(false);
    }
  });

  it('has few calendars, whatever the cron', () => {
    for (const [given, most] of [
      [{ minute: '*/5' }, 1],
      [{ day: '3rd fri' }, 1],
      [{ day: 'last' }, 4],
      [{ day: '1-10,last fri,2nd mon' }, 6],
      [{ week: '*/2', day_of_week: 'mon' }, 168],
      [{ year: '1980', month: 1 }, 0],
    ] as const) {
      expect(made(given, 'UTC').calendars.length).toBeLessThanOrEqual(most);
    }
  });
});
