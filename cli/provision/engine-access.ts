import Docker from 'dockerode';

/** A client of the engine behind a Unix socket. */
export const openEngine = (socketPath: string, timeoutMs = 120_000): Docker =>
  new Docker({ socketPath, timeout: timeoutMs });

export type Ping = { readonly kind: 'answers' } | { readonly kind: 'silent'; readonly because: string };

/** Asks _ping once. A socket that is there but not ours to open says so (EACCES), for the message to the user. */
export const pingEngine = async (socketPath: string, timeoutMs = 3_000): Promise<Ping> => {
  try {
    await openEngine(socketPath, timeoutMs).ping();
    return { kind: 'answers' };
  } catch (error) {
    return { kind: 'silent', because: error instanceof Error ? error.message : String(error) };
  }
};
