import { openEngine } from '../../cli/provision/engine-access.ts';
import { dockerSocket, registry, testImage } from './environment.ts';

/**
 * Puts the test image into the registry under a new name and forgets it on the engine, so that it has to be pulled.
 * Returns that name.
 */
export const pushedImage = async (name: string): Promise<string> => {
  const engine = openEngine(dockerSocket());
  const repo = `${registry()}/${name}`;
  await engine.getImage(testImage()).tag({ repo, tag: 'latest' });
  const pushed = engine.getImage(`${repo}:latest`);
  const progress = await pushed.push({
    authconfig: { username: 'nobody', password: 'nothing', serveraddress: registry() },
  });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
  });
  await pushed.remove();
  return `${repo}:latest`;
};
