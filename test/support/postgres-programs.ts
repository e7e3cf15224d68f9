import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Console } from '../../cli/provision/console.ts';
import { canInstall, installPackages } from '../../cli/provision/debian-packages.ts';
import { findProgram } from '../../cli/provision/find-program.ts';

/** Debian keeps each version's programs apart and puts none of the server's on the PATH. */
const DEBIAN = '/usr/lib/postgresql';
/** Read by Debian's package when it is installed: makes no cluster of the system's own, which it would start. */
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/longshore-tests.conf';

const NEEDED = ['initdb', 'postgres', 'pg_dump', 'pg_restore'];
const isWhole = (bin: string): boolean => NEEDED.every((program) => existsSync(join(bin, program)));

const installed = async (path: string | undefined): Promise<string | null> => {
  const initdb = await findProgram('initdb', path);
  // A link on the PATH may lead to some of the programs only.
  if (initdb !== null && isWhole(dirname(realpathSync(initdb)))) return dirname(realpathSync(initdb));
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const bins = versions.map((version) => join(DEBIAN, version, 'bin'));
  return bins.find(isWhole) ?? null;
};

/** The directory of a PostgreSQL's programs, installed after asking where it is missing and may be. */
export const findPostgresPrograms = async (path: string | undefined, console: Console): Promise<string> => {
  const found = await installed(path);
  if (found !== null) return found;
  if (await canInstall()) {
    mkdirSync(dirname(NO_CLUSTER), { recursive: true });
    writeFileSync(NO_CLUSTER, 'create_main_cluster = false\n');
    const why =
      'the ledger is tested on a real PostgreSQL, started for the tests alone; no cluster of the system is made';
    await installPackages(['postgresql'], why, console);
  }
  const now = await installed(path);
  if (now !== null) return now;
  throw new Error('there is no PostgreSQL: install it, or name its programs with LONGSHORE_TEST_POSTGRES=/path/to/bin');
};
