import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** One line per request: its route and never its path's query, headers or body, which may hold secrets. */
export const requestLog =
  (logger: Logger): RequestHandler =>
  (request, response, next) => {
    const begunNs = process.hrtime.bigint();
    response.once('close', () => {
      const route: unknown = request.route;
      const hasPath = typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string';
      const line = {
        method: request.method,
        route: hasPath ? `${request.baseUrl}${route.path}` : 'none',
        status: response.writableFinished ? response.statusCode : 499,
        ms: Number((process.hrtime.bigint() - begunNs) / 1_000_000n),
      };
      if (response.statusCode >= 500 || request.method !== 'GET') logger.info(line, 'request');
      else logger.debug(line, 'request');
    });
    next();
  };
