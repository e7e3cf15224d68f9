import { z } from 'zod';

/** What pino writes, as far as people want it. */
const recordSchema = z.looseObject({ level: z.number(), msg: z.string().default('') });
const NOISE = new Set(['level', 'msg', 'time', 'pid', 'hostname', 'name']);
const LEVELS = [
  [60, 'FATAL'],
  [50, 'ERROR'],
  [40, 'WARN'],
  [30, 'INFO'],
] as const;

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A structured record as one line for people; anything else as it is. */
export const readableLine = (line: string): string => {
  if (!line.startsWith('{')) return line;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return line;
  }
  const record = recordSchema.safeParse(parsed);
  if (!record.success) return line;
  const { level, msg } = record.data;
  const name = LEVELS.find(([least]) => level >= least)?.[1] ?? 'DEBUG';
  const rest = Object.entries(record.data).filter(([key]) => !NOISE.has(key));
  return [name, msg, ...rest.map(([key, value]) => `${key}=${shown(value)}`)].join(' ');
};
