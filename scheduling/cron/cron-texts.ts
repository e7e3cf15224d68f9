import { WEEKDAYS, type Cron, type CronBound, type CronField, type Expression } from './cron.ts';
import { FIELD_RANGE } from './field-range.ts';

const textOf = (field: CronField, expression: Expression): string => {
  switch (expression.kind) {
    case 'every':
      return expression.step === null ? '*' : `*/${expression.step}`;
    case 'range': {
      const { first, last, step, names } = expression;
      const name = (value: number) => names?.[value - FIELD_RANGE[field].least] ?? String(value);
      const range = last === null || last === first ? name(first) : `${name(first)}-${name(last)}`;
      return step === null ? range : `${range}/${step}`;
    }
    case 'weekdayOfMonth':
      return `${expression.position} ${WEEKDAYS[expression.weekday] ?? ''}`;
    case 'lastDay':
      return 'last';
  }
};

/** The ten fields of a schedule with the defaults filled in, as answers show them. The two dates: as they were given, or null. */
export type CronTexts = Readonly<Record<CronField, string> & Record<CronBound, string | null>>;

/** What parseCron reads as an equal schedule. */
export const cronTexts = (cron: Cron): CronTexts => {
  const text = (field: CronField) => cron.fields[field].map((expression) => textOf(field, expression)).join(',');
  return {
    year: text('year'),
    month: text('month'),
    day: text('day'),
    week: text('week'),
    day_of_week: text('day_of_week'),
    hour: text('hour'),
    minute: text('minute'),
    second: text('second'),
    start_date: cron.startDate?.text ?? null,
    end_date: cron.endDate?.text ?? null,
  };
};
