import type { RequestHandler } from 'express';

/** The name or address a Host header asks for: without its port, brackets and final dot, in lower case. */
const nameOf = (asked: string): string => {
  const host = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(asked.trim().toLowerCase())?.[1] ?? asked.toLowerCase();
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
};

/** What only this machine itself answers to, whatever a name server says. */
export const isLoopback = (name: string): boolean =>
  name === 'localhost' ||
  name.endsWith('.localhost') ||
  name === '::1' ||
  /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);

/**
 * Answers only those who ask for one of `names` or for loopback; null = whatever they ask for. A page in a browser on
 * this machine can let its own name lead here (DNS rebinding), and is then of the same site: its Host header tells.
 * Who sends none is no browser.
 */
export const refuseOtherNames = (names: readonly string[] | null): RequestHandler => {
  const served = names === null ? null : new Set(names.map(nameOf));
  return (request, response, next) => {
    const asked = request.headers.host;
    if (served === null || asked === undefined || isLoopback(nameOf(asked)) || served.has(nameOf(asked))) {
      next();
      return;
    }
    const name = nameOf(asked).slice(0, 100);
    response
      .status(421)
      .type('text/plain')
      .send(
        `refused: this api is not known as ${name}; if it should be, add the name to api.servedNames in longshore.yaml\n`,
      );
  };
};
