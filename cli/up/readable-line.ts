import { z } from 'zod';

/** What pino writes, as far as people want it. */
const recordSchema = z.looseObject({ level: z.number(), msg: z.string().default('') });
const errorSchema = z.looseObject({ message: z.string(), stack: z.string().optional() });
const ERROR_LEVEL = 50;
const NOISE = new Set(['level', 'msg', 'time', 'part', 'err']);
const LEVELS = [
  [60, 'FATAL'],
  [ERROR_LEVEL, 'ERROR'],
  [40, 'WARN'],
  [30, 'INFO'],
] as const;

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const parsed = (line: string): z.infer<typeof recordSchema> | null => {
  if (!line.startsWith('{')) return null;
  try {
    return recordSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
};

/** A structured record as lines for people, an error's stack below it; anything else as it is. */
export const readableLines = (line: string): readonly string[] => {
  const record = parsed(line);
  if (record === null) return [line];
  const { level, msg } = record;
  const name = LEVELS.find(([least]) => level >= least)?.[1] ?? 'DEBUG';
  const rest = Object.entries(record).filter(([key]) => !NOISE.has(key));
  const error = errorSchema.safeParse(record['err']).data;
  const said = [name, msg, ...rest.map(([key, value]) => `${key}=${shown(value)}`)];
  if (error === undefined) return [said.join(' ')];
  const stack = level >= ERROR_LEVEL ? (error.stack ?? '').split('\n').slice(1) : [];
  return [[...said, `(${error.message})`].join(' '), ...stack];
};
