import { z } from 'zod';

/** RFC 9457 problem document, the body of every 4xx and 5xx under /api/v1. `code` is API; wording is not. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    field: z.string().optional(),
  })
  .readonly();
export type Problem = z.infer<typeof problemSchema>;
