import { freePort } from '../../cli/up/free-port.ts';
import { eventually, startChild } from './child.ts';
import { testPython } from './environment.ts';

export type S3Server = { readonly endpoint: string; readonly stop: () => Promise<void> };

/** moto's S3 in a process of its own on loopback: real requests, signatures and multi-part uploads. */
export const startS3Server = async (): Promise<S3Server> => {
  const port = await freePort('127.0.0.1');
  const endpoint = `http://127.0.0.1:${port}`;
  const child = await startChild(testPython(), ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]);
  await eventually(
    'the S3 server answers',
    () =>
      fetch(endpoint).then(
        () => true,
        () => null,
      ),
    { withinMs: 60_000, explain: child.output },
  );
  return { endpoint, stop: () => child.stop() };
};
