import type { IRouter, RequestHandler } from 'express';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Serves a path by method; `refuse` answers the others, with the `Allow` header already set. */
export const methods = (
  router: IRouter,
  path: string,
  handlers: Partial<Readonly<Record<Method, RequestHandler | readonly RequestHandler[]>>>,
  refuse: RequestHandler,
): void => {
  const route = router.route(path);
  const allowed: string[] = [];
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    const handler = handlers[method];
    if (handler === undefined) continue;
    route[method](...[handler].flat());
    allowed.push(method.toUpperCase(), ...(method === 'get' ? ['HEAD'] : []));
  }
  route.all((request, response, next) => {
    response.set('Allow', allowed.join(', '));
    refuse(request, response, next);
  });
};
