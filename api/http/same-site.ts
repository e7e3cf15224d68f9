import type { RequestHandler } from 'express';

/**
 * While there is no authentication, a browser on this machine is a way in: any page it shows could submit jobs. What
 * changes something must not come from another site's page. Programs send neither header.
 */
export const refuseOtherSites: RequestHandler = (request, response, next) => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const origin = request.get('origin');
  const isForeign =
    request.get('sec-fetch-site') === 'cross-site' || (origin !== undefined && hostOf(origin) !== request.get('host'));
  if (isRead || !isForeign) {
    next();
    return;
  }
  response.status(403).type('text/plain').send('refused: the request comes from a page of another site\n');
};

/** "null" (a sandboxed page) and what is no URL are nobody's host. */
const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);
