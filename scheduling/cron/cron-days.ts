import { daysInMonth } from './calendar.ts';
import { POSITIONS, type Cron, type Expression } from './cron.ts';
import { daysByMonth, EVERY_WEEKDAY, upTo, type Days } from './days.ts';
import { FIRING_YEARS } from './field-range.ts';
import { allowsAll, fieldValues } from './field-values.ts';
import { dayMatcher } from './matching-days.ts';

/** Temporal has no "3rd", which is one of the 15th to 21st, nor "last": it differs with the length of the month. */
const pickedDays = (cron: Cron, expression: Expression): readonly Days[] => {
  const years = fieldValues(cron, 'year', FIRING_YEARS);
  const months = fieldValues(cron, 'month');
  const weekdays = fieldValues(cron, 'day_of_week');
  switch (expression.kind) {
    case 'lastDay':
      return daysByMonth(years, months, weekdays, (year, month) => [daysInMonth(year, month)]);
    case 'weekdayOfMonth': {
      const picked = weekdays.filter((weekday) => weekday === expression.weekday);
      if (expression.position === 'last') {
        const lastWeek = (length: number) => upTo(length - 6, length);
        return daysByMonth(years, months, picked, (year, month) => lastWeek(daysInMonth(year, month)));
      }
      const first = POSITIONS.indexOf(expression.position) * 7 + 1;
      return [{ years, months, days: upTo(first, Math.min(first + 6, 31)), weekdays: picked }];
    }
    case 'every':
    case 'range':
      return [];
  }
};

/** The days on which a cron fires, in as few parts as Temporal's calendars can tell them. */
export const cronDays = (cron: Cron): readonly Days[] => {
  const years = fieldValues(cron, 'year', FIRING_YEARS);
  const months = fieldValues(cron, 'month');
  // Temporal knows no weeks of the year: their days, by date, for all the years it knows.
  if (!allowsAll(cron, 'week')) return daysByMonth(years, months, EVERY_WEEKDAY, dayMatcher(cron));
  const plain = { years, months, days: fieldValues(cron, 'day'), weekdays: fieldValues(cron, 'day_of_week') };
  const all = [plain, ...cron.fields.day.flatMap((expression) => pickedDays(cron, expression))];
  return all.filter((days) => Object.values(days).every((values) => values.length > 0));
};
