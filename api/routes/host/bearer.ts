import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendProblem } from '../../http/problem-answers.ts';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets only those pass who show the token; how long the comparison takes tells nothing about it. */
export const requireBearer = (token: string): RequestHandler => {
  const expected = digestOf(token);
  return (request, response, next) => {
    const [, shown] = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '') ?? [];
    if (shown !== undefined && timingSafeEqual(digestOf(shown), expected)) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Bearer');
    const detail = "The host token is missing or wrong: start the host with the server's token";
    sendProblem(response, { status: 401, code: 'bad_host_token', detail });
  };
};
