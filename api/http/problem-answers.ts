import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Problem } from '../../model/problem.ts';
import { failureOf } from './failure.ts';

type ProblemInput = Pick<Problem, 'status' | 'code' | 'detail'> & { readonly field?: string };

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authorised',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  500: 'Internal error',
  503: 'Unavailable',
};

export const sendProblem = (response: Response, problem: ProblemInput): void => {
  const document: Problem = { type: 'about:blank', title: titles[problem.status] ?? 'Refused', ...problem };
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(document));
};

export const wrongMethodProblem: RequestHandler = (request, response) => {
  const detail = `${request.method} is not served here; ${response.get('Allow') ?? ''} is`;
  sendProblem(response, { status: 405, code: 'method_not_allowed', detail });
};

export const noRouteProblem: RequestHandler = (request, response) => {
  const detail = `Nothing is served at ${request.baseUrl}${request.path}`;
  sendProblem(response, { status: 404, code: 'no_such_route', detail });
};

export const problemErrors =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    const { status, code, text, retryAfterSec } = failureOf(error);
    if (status >= 500) logger.error({ err: error }, 'a request failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    if (retryAfterSec !== null) response.set('Retry-After', String(retryAfterSec));
    sendProblem(response, { status, code, detail: text });
  };
