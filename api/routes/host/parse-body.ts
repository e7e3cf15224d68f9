import type { Response } from 'express';
import type { z } from 'zod';
import { sendProblem } from '../../http/problem-answers.ts';

/** What a host sent, checked; null when it is malformed, and the 400 is sent. */
export const parseBody = <T>(schema: z.ZodType<T>, body: unknown, response: Response): T | null => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const detail = `${field === '' ? 'The request' : field}: ${issue?.message ?? 'not understood'}`;
  sendProblem(response, { status: 400, code: 'bad_host_request', detail, field });
  return null;
};
