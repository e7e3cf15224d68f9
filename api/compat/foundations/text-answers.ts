import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { failureOf } from '../../http/failure.ts';

/** Errors on the Foundations routes are plain text; an id in them may hold anything, so nothing may guess a type. */
export const sendText = (response: Response, status: number, text: string): void => {
  response.status(status).set('X-Content-Type-Options', 'nosniff').type('text/plain').send(text);
};

/** Where the contract's text is all of the body: what was wrong is said beside it. */
export const sendBareText = (response: Response, status: number, text: string, because: string): void => {
  response.set('X-Longshore-Because', because.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500));
  sendText(response, status, text);
};

export const sendUnavailable = (response: Response, status: 429 | 503, text: string): void => {
  response.set('Retry-After', '5');
  sendText(response, status, text);
};

/** A JSON body as the contract has it: one line, ended by a newline. */
export const sendJson = (response: Response, status: number, body: unknown): void => {
  response
    .status(status)
    .type('application/json')
    .send(`${JSON.stringify(body)}\n`);
};

export const wrongMethod: RequestHandler = (request, response) => {
  sendText(response, 405, `${request.method} is not served here; ${response.get('Allow') ?? ''} is`);
};

export const notFound: RequestHandler = (request, response) => {
  sendText(response, 404, `Nothing is served at ${request.path}`);
};

export const textErrors =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    const failure = failureOf(error);
    if (failure.status >= 500) logger.error({ err: error }, 'a request failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    if (failure.retryAfterSec !== null) response.set('Retry-After', String(failure.retryAfterSec));
    sendText(response, failure.status, failure.text);
  };
