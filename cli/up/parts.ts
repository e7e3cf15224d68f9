import { fileURLToPath } from 'node:url';
import { fetch } from 'undici';
import type { Part } from './supervised-part.ts';
import { TEMPORAL_ENVIRONMENT, temporalArguments, type TemporalPlaces } from './temporal-flags.ts';
import { temporalReady } from './temporal-ready.ts';

export type PartsPlan = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  readonly configFile: string | null;
  readonly debug: boolean;
  readonly apiHost: string;
  readonly apiPort: number;
  readonly temporalAddress: string;
  /** Null: Temporal runs elsewhere and is not ours to start. */
  readonly temporal: { readonly cli: string; readonly places: TemporalPlaces } | null;
  readonly dockerSocket: string;
};

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** An address to dial for one to listen on: "every interface" is not a place. */
const dialable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

export const apiUrl = (host: string, port: number): string => {
  const name = dialable(host);
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

const serverReady = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
};

/** The parts of one machine's Longshore, in the order they start. */
export const planParts = (plan: PartsPlan): readonly Part[] => {
  const url = apiUrl(plan.apiHost, plan.apiPort);
  const env = {
    ...plan.env,
    LONGSHORE_DATA_DIR: plan.dataDir,
    LONGSHORE_DOCKER_SOCKET: plan.dockerSocket,
    LONGSHORE_SERVER_URL: url,
    TEMPORAL_ADDRESS: plan.temporalAddress,
  };
  const options = [
    ...(plan.configFile === null ? [] : ['--config', plan.configFile]),
    ...(plan.debug ? ['--debug'] : []),
  ];
  const listen = ['--host', plan.apiHost, '--port', String(plan.apiPort)];
  const temporal: Part[] =
    plan.temporal === null
      ? []
      : [
          {
            name: 'temporal',
            command: plan.temporal.cli,
            args: temporalArguments(plan.temporal.places),
            env: { ...TEMPORAL_ENVIRONMENT, ...plan.env },
            ready: () => temporalReady(plan.temporalAddress),
            mutedStop: true,
          },
        ];
  return [
    ...temporal,
    {
      name: 'server',
      command: process.execPath,
      args: ['--enable-source-maps', MAIN, 'server', ...listen, ...options],
      env,
      ready: () => serverReady(url),
      mutedStop: false,
    },
    {
      name: 'host',
      command: process.execPath,
      args: ['--enable-source-maps', MAIN, 'host', ...options],
      env,
      ready: 'announced',
      mutedStop: false,
    },
  ];
};
