import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** One line per request: its route and never its path's query, headers or body, which may hold secrets. */
export const requestLog =
  (logger: Logger): RequestHandler =>
  (request, response, next) => {
    const begunNs = process.hrtime.bigint();
    response.once('close', () => {
      const path = pathOf(request.route);
      const line = {
        method: request.method,
        route: path === null ? 'none' : `${request.baseUrl}${path}`,
        status: response.writableFinished ? response.statusCode : 499,
        ms: Number((process.hrtime.bigint() - begunNs) / 1_000_000n),
      };
      // What hosts call is traffic, a line per batch of log; what users change is news.
      const isNews = request.method !== 'GET' && request.baseUrl !== '/host/v1';
      if (response.statusCode >= 500 || isNews) logger.info(line, 'request');
      else logger.debug(line, 'request');
    });
    next();
  };

const pathOf = (route: unknown): string | null =>
  typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string' ? route.path : null;
