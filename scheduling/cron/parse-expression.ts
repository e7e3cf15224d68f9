import { MONTHS, POSITIONS, WEEKDAYS, type CronField, type Expression } from './cron.ts';
import { FIELD_RANGE } from './field-range.ts';

/** Why an expression is refused, as the end of a sentence about it. */
class Refusal extends Error {}

const number = (digits: string | undefined): number | null => (digits === undefined ? null : Number(digits));

const range = (
  first: number,
  last: number | null,
  step: number | null,
  names: readonly string[] | null,
): Expression => {
  if (step === 0) throw new Refusal('has a step of 0; the least step is 1');
  if (last !== null && first > last) throw new Refusal('begins above its end');
  return { kind: 'range', first, last: last ?? (step === null ? first : null), step, names };
};

const nameIn = (names: readonly string[], name: string, what: string): number => {
  const index = names.indexOf(name.toLowerCase());
  if (index < 0) throw new Refusal(`has an unknown ${what}, ${name}; known are ${names.join(', ')}`);
  return index;
};

const namedRange = (text: string, names: readonly string[], least: number, what: string): Expression | null => {
  const match = /^([a-z]+)(?:-([a-z]+))?/i.exec(text);
  if (match?.[1] === undefined) return null;
  const first = nameIn(names, match[1], what) + least;
  const last = match[2] === undefined ? null : nameIn(names, match[2], what) + least;
  return range(first, last, null, names);
};

const dayOfMonth = (text: string): Expression | null => {
  const match = /^(1st|2nd|3rd|4th|5th|last) +(\d+|\w+)/i.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined) {
    const position = POSITIONS[nameIn(POSITIONS, match[1], 'position')] ?? 'last';
    return { kind: 'weekdayOfMonth', position, weekday: nameIn(WEEKDAYS, match[2], 'weekday') };
  }
  return /^last/i.test(text) ? { kind: 'lastDay' } : null;
};

/** What follows a name is ignored, as APScheduler does: `jan-5` is `jan`. */
const compile = (field: CronField, text: string): Expression | null => {
  const every = /^\*(?:\/(\d+))?\n?$/.exec(text);
  if (every !== null) {
    const step = number(every[1]);
    if (step === 0) throw new Refusal('has a step of 0; the least step is 1');
    return { kind: 'every', step };
  }
  const numbers = /^(\d+)(?:-(\d+))?(?:\/(\d+))?\n?$/.exec(text);
  if (numbers !== null) return range(Number(numbers[1]), number(numbers[2]), number(numbers[3]), null);
  if (field === 'month') return namedRange(text, MONTHS, 1, 'month');
  if (field === 'day_of_week') return namedRange(text, WEEKDAYS, 0, 'weekday');
  return field === 'day' ? dayOfMonth(text) : null;
};

const checkStep = (step: number | null, span: number): void => {
  if (step !== null && step > span) throw new Refusal(`has a step of ${step}, more than the ${span} it can go`);
};

const checkRange = (field: CronField, expression: Expression): void => {
  const { least, greatest } = FIELD_RANGE[field];
  if (expression.kind === 'every') checkStep(expression.step, greatest - least);
  if (expression.kind !== 'range') return;
  const { first, last, step } = expression;
  checkStep(step, greatest - least);
  if (first < least) throw new Refusal(`goes below ${least}`);
  if (last !== null && last > greatest) throw new Refusal(`goes above ${greatest}`);
  // An end of 0 counts as none here: so 0-0/5 is allowed.
  checkStep(step, (last || greatest) - first);
};

/** Null because: what stands there is fine. */
export const parseExpressions = (
  field: CronField,
  text: string,
):
  | { readonly kind: 'ok'; readonly expressions: readonly Expression[] }
  | { readonly kind: 'refused'; readonly because: string } => {
  const expressions: Expression[] = [];
  for (const part of text.trim().split(/ *, */)) {
    try {
      const expression = compile(field, part);
      if (expression === null) throw new Refusal(`is no expression for a ${field}`);
      checkRange(field, expression);
      expressions.push(expression);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { kind: 'refused', because: `"${part}" ${error.message}` };
    }
  }
  return { kind: 'ok', expressions };
};
