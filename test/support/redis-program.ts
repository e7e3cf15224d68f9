import type { Console } from '../../cli/provision/console.ts';
import { canInstall, installPackages } from '../../cli/provision/debian-packages.ts';
import { findProgram } from '../../cli/provision/find-program.ts';

/** The path of a `redis-server`, installed after asking where it is missing and may be. */
export const findRedisProgram = async (path: string | undefined, console: Console): Promise<string> => {
  const found = await findProgram('redis-server', path);
  if (found !== null) return found;
  if (await canInstall()) {
    const why =
      'trackers are tested on a real Redis, started for the tests alone; Debian may also start one of its own';
    await installPackages(['redis-server'], why, console);
  }
  const now = await findProgram('redis-server', path);
  if (now !== null) return now;
  throw new Error('there is no Redis: install it, or name its program with LONGSHORE_TEST_REDIS=/path/to/redis-server');
};
