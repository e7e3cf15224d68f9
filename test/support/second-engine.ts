import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBusyboxImage } from '../../cli/provision/busybox-image.ts';
import { openEngine } from '../../cli/provision/engine-access.ts';
import { engineSearch, privateEngine } from '../../cli/provision/docker-engine.ts';
import { privateEnginePlaces, stopPrivateEngine } from '../../cli/provision/private-engine.ts';
import { secondDockerSocket, testImage } from './environment.ts';
import { quietConsole } from './quiet-console.ts';

/** A real Docker engine beside the one that the tests share, with the test image. */
export type SecondEngine = { readonly socketPath: string; readonly stop: () => Promise<void> };

export type OwnEngine = SecondEngine & {
  readonly kill: () => void;
  /** After a kill; its containers are as the dead engine left them. */
  readonly startAgain: () => Promise<void>;
};

/** An engine of the caller's own, in a directory that the next `npm test` clears away should this process be killed. */
export const startOwnEngine = async (): Promise<OwnEngine> => {
  const directory = await mkdtemp(join(tmpdir(), `longshore-test-${process.pid}-engine-`));
  const search = await engineSearch({ PATH: process.env['PATH'] }, directory);
  if (!search.mayStart) {
    throw new Error(
      'this test needs a second Docker engine, and starting one needs root on Linux: run it as root, or name an engine with LONGSHORE_TEST_SECOND_DOCKER_SOCKET=/path/to/docker.sock',
    );
  }
  const startAgain = (): Promise<string> => privateEngine(search, [], quietConsole());
  const stop = async (): Promise<void> => {
    await stopPrivateEngine(directory);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const socketPath = await startAgain();
    await importBusyboxImage(openEngine(socketPath), testImage(), quietConsole());
    const kill = (): void => {
      const record: unknown = JSON.parse(readFileSync(privateEnginePlaces(directory).record, 'utf8'));
      if (typeof record !== 'object' || record === null || !('pid' in record)) throw new Error('no engine is recorded');
      process.kill(Number(record.pid), 'SIGKILL');
    };
    return { socketPath, stop, kill, startAgain: async () => void (await startAgain()) };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** The second engine that `npm test` started, else one of the caller's own. */
export const secondEngine = async (): Promise<SecondEngine> => {
  const socketPath = secondDockerSocket();
  return socketPath === null ? startOwnEngine() : { socketPath, stop: () => Promise.resolve() };
};
