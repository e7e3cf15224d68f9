import type { Response } from 'express';
import type { z } from 'zod';
import { sendProblem } from './problem-answers.ts';

/** Null: it does not fit, and the 400 that names the field is sent. */
export const parseOrRefuse = <T>(response: Response, schema: z.ZodType<T>, value: unknown, what: string): T | null => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const detail = `${field === '' ? `The ${what}` : field}: ${issue?.message ?? 'not understood'}`;
  sendProblem(response, { status: 400, code: `bad_${what}`, detail, ...(field === '' ? {} : { field }) });
  return null;
};
