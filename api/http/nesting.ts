import type { RequestHandler } from 'express';
import { LongshoreError } from '../../model/error.ts';

/** Far more than a job needs, far less than what makes writing it as JSON again run out of stack. */
export const MAX_NESTING = 64;

/** Whether lists and objects stand more than `MAX_NESTING` deep in each other. Level by level: it needs no stack. */
export const isNestedTooDeep = (value: unknown): boolean => {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const inner: unknown[] = [];
    for (const part of level) {
      if (typeof part !== 'object' || part === null) continue;
      if (depth === MAX_NESTING) return true;
      for (const child of Object.values(part)) inner.push(child);
    }
    level = inner;
  }
  return false;
};

/** Refuses a parsed body that is nested too deep. */
export const refuseDeepBody: RequestHandler = (request, _response, next) => {
  if (isNestedTooDeep(request.body)) {
    throw new LongshoreError('body_too_deep', `The request's body is nested deeper than ${MAX_NESTING}`);
  }
  next();
};
