import { clockMsOf, DAY_MS, daysInMonth, isoWeekOf, weekdayOf } from './calendar.ts';
import { POSITIONS, type Cron, type Expression } from './cron.ts';
import { allowsAll, fieldValues } from './field-values.ts';

/** The day of the month that an expression picks, given the month's first weekday and length; null for one that this month has not. */
const pickedDay = (expression: Expression, firstWeekday: number, days: number): number | null => {
  switch (expression.kind) {
    case 'lastDay':
      return days;
    case 'weekdayOfMonth': {
      const first = ((expression.weekday - firstWeekday + 7) % 7) + 1;
      const last = first + Math.floor((days - first) / 7) * 7;
      const day = expression.position === 'last' ? last : first + POSITIONS.indexOf(expression.position) * 7;
      return day <= days ? day : null;
    }
    case 'every':
    case 'range':
      return null;
  }
};

/** Finds the days of a month that `day`, `week` and `day_of_week` all match, in order. */
export const dayMatcher = (cron: Cron): ((year: number, month: number) => readonly number[]) => {
  const plainDays = new Set(fieldValues(cron, 'day'));
  // Most schedules say nothing of weeks, and telling a day's takes long.
  const weeks = allowsAll(cron, 'week') ? null : new Set(fieldValues(cron, 'week'));
  const weekdays = new Set(fieldValues(cron, 'day_of_week'));
  return (year, month) => {
    const first = clockMsOf(year, month, 1);
    const length = daysInMonth(year, month);
    const picked = new Set(cron.fields.day.map((expression) => pickedDay(expression, weekdayOf(first), length)));
    const days: number[] = [];
    for (let day = 1; day <= length; day += 1) {
      if (!plainDays.has(day) && !picked.has(day)) continue;
      const clockMs = first + (day - 1) * DAY_MS;
      if (weekdays.has(weekdayOf(clockMs)) && (weeks === null || weeks.has(isoWeekOf(clockMs)))) days.push(day);
    }
    return days;
  };
};
