import { openEngine } from './engine-access.ts';
import { findPrivateEngine, stopPrivateEngine } from './private-engine.ts';

/**
 * Ends the private engine of `dataDir` if it is the one behind `dockerSocket`, unless something runs on it; anybody
 * else's is left alone.
 */
export const leaveEngine = async (
  dataDir: string,
  dockerSocket: string,
  say: (line: string) => void,
): Promise<void> => {
  if ((await findPrivateEngine(dataDir)) !== dockerSocket) return;
  const running = await openEngine(dockerSocket).listContainers();
  if (running.length > 0) {
    say(`The Docker engine ${dockerSocket} stays: ${running.length} containers run on it.`);
    return;
  }
  say("Ending Longshore's own Docker engine; nothing runs on it.");
  await stopPrivateEngine(dataDir);
};
