import type { Cron, CronField, Expression } from './cron.ts';
import { FIELD_RANGE } from './field-range.ts';

/** Fields whose values do not depend on the month: all but `day`. */
const matches = (field: CronField, expression: Expression, value: number): boolean => {
  const { least, greatest } = FIELD_RANGE[field];
  switch (expression.kind) {
    case 'every':
      return (value - least) % (expression.step ?? 1) === 0;
    case 'range': {
      const { first, last, step } = expression;
      return value >= first && value <= (last ?? greatest) && (value - first) % (step ?? 1) === 0;
    }
    case 'weekdayOfMonth':
    case 'lastDay':
      return false;
  }
};

/** The values from `from` to `to` that a field allows whatever the month is, in order. */
export const fieldValues = (
  cron: Cron,
  field: CronField,
  { least, greatest } = FIELD_RANGE[field],
): readonly number[] => {
  const values: number[] = [];
  for (let value = least; value <= greatest; value += 1) {
    if (cron.fields[field].some((expression) => matches(field, expression, value))) values.push(value);
  }
  return values;
};

/** Whether a field allows all it can hold, and so says nothing. */
export const allowsAll = (cron: Cron, field: CronField): boolean =>
  fieldValues(cron, field).length === FIELD_RANGE[field].greatest - FIELD_RANGE[field].least + 1;
