import fc from 'fast-check';

/** What is asked of the oracle and of us. */
export type CronQuestion = {
  readonly given: Readonly<Record<string, string | number | null>>;
  readonly zone: string;
  readonly after: number;
};

const WEEKDAY = fc.constantFrom('mon', 'tue', 'WED', 'thu', 'Fri', 'sat', 'sun');
const MONTH = fc.constantFrom('jan', 'feb', 'mar', 'APR', 'may', 'Jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec');
const POSITION = fc.constantFrom('1st', '2nd', '3rd', '4th', '5th', 'last', 'LAST', '3RD');

const ordered = (least: number, greatest: number) =>
  fc.tuple(fc.integer({ min: least, max: greatest }), fc.integer({ min: least, max: greatest })).map((pair) => {
    const [first, last] = pair.toSorted((left, right) => left - right);
    return [first ?? least, last ?? least] as const;
  });

/** Mostly what is allowed; steps now and then too long. */
const numbers = (least: number, greatest: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min: least, max: greatest });
  const step = fc.integer({ min: 1, max: Math.max(1, Math.ceil((greatest - least) / 2)) });
  return fc.oneof(
    { weight: 4, arbitrary: value.map(String) },
    { weight: 2, arbitrary: ordered(least, greatest).map(([first, last]) => `${first}-${last}`) },
    { weight: 2, arbitrary: step.map((by) => `*/${by}`) },
    { weight: 1, arbitrary: fc.tuple(value, step).map(([first, by]) => `${first}/${by}`) },
    {
      weight: 2,
      arbitrary: fc.tuple(ordered(least, greatest), step).map(([[first, last], by]) => `${first}-${last}/${by}`),
    },
    { weight: 1, arbitrary: fc.constant('*') },
  );
};

const listsOf = (expression: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: expression },
    { weight: 1, arbitrary: fc.array(expression, { minLength: 2, maxLength: 4 }).map((parts) => parts.join(',')) },
    { weight: 1, arbitrary: fc.tuple(expression, expression).map((parts) => ` ${parts.join(' , ')} `) },
  );

const day = fc.oneof(
  { weight: 3, arbitrary: numbers(1, 31) },
  { weight: 2, arbitrary: fc.tuple(POSITION, WEEKDAY).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.constantFrom('last', 'LAST', 'last  sun') },
);
const named = (name: fc.Arbitrary<string>) =>
  fc.oneof(
    name,
    fc.tuple(name, name).map(([first, last]) => `${first}-${last}`),
  );
const wrong = fc.constantFrom(
  ...['', 'x', '*/0', '-1', '1-', '5-2', '1.5', '99', '*/99', '1,,2', '6th fri', '1st', 'last foo', 'lastly', 'mon#2'],
  ...[
    'jan-5',
    'sat-sun/2',
    'sun-mon',
    '0-0/3',
    '6/1',
    '59/1',
    '* /2',
    '3rd fri-sun',
    '0',
    '7',
    '*/53',
    '?',
    'L',
    '1\t',
  ],
);

const sometimes = <T>(arbitrary: fc.Arbitrary<T>, outOf: number) =>
  fc.oneof({ weight: 1, arbitrary }, { weight: outOf - 1, arbitrary: fc.constant(null) });
const field = (arbitrary: fc.Arbitrary<string>, outOf: number) =>
  sometimes(fc.oneof({ weight: 40, arbitrary: listsOf(arbitrary) }, { weight: 1, arbitrary: wrong }), outOf);

const pad = (value: number): string => String(value).padStart(2, '0');
const date = fc
  .tuple(
    fc.integer({ min: 2024, max: 2030 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom(
      '',
      ' 02:30:00',
      'T10:00:00',
      ' 1:2:3',
      ' 23:59:59.5',
      ' 10:00:00.000001Z',
      ' 10:00:00+05:30',
      ' 25:00:00',
    ),
  )
  .map(([year, month, day, time]) => `${year}-${pad(month)}-${day}${time}`);

/** Zones whose clocks change by an hour, by half an hour, by two, at midnight, in the other half of the world, and never; none with rules in dispute. */
const zone = fc.constantFrom(
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Asia/Kolkata'],
  ...['America/Santiago', 'Antarctica/Troll', 'Pacific/Auckland'],
);

/** Any time of some years, and the days around their clock changes more often. */
const after = fc.oneof(
  fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2036, 0) }),
  fc
    .tuple(
      fc.constantFrom(
        '2026-03-08',
        '2026-03-28',
        '2026-04-05',
        '2026-09-06',
        '2026-10-04',
        '2026-10-25',
        '2026-11-01',
        '2027-03-14',
      ),
      fc.integer({ min: -72 * 3600, max: 24 * 3600 }),
    )
    .map(([day, seconds]) => Date.parse(day) + seconds * 1000),
);

export const cronQuestion: fc.Arbitrary<CronQuestion> = fc.record({
  given: fc.record({
    year: field(fc.oneof(numbers(2020, 2040), numbers(1970, 9999), fc.constant('*/2')), 8),
    month: field(fc.oneof(numbers(1, 12), named(MONTH)), 4),
    day: field(day, 3),
    week: field(numbers(1, 53), 6),
    day_of_week: field(fc.oneof(numbers(0, 6), named(WEEKDAY)), 4),
    // Clocks are changed in the first hours of a day.
    hour: field(fc.oneof(numbers(0, 23), numbers(0, 3)), 2),
    minute: field(numbers(0, 59), 3),
    second: field(numbers(0, 59), 6),
    start_date: sometimes(date, 8),
    end_date: sometimes(date, 12),
  }),
  zone,
  after,
});
