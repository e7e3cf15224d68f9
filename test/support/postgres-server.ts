import { execFile, execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../../cli/up/free-port.ts';
import { eventually, startChild, type Child } from './child.ts';
import { postgresPrograms } from './environment.ts';

/** A real PostgreSQL cluster of its own: a temporary directory, a free port on loopback, ended by its process id. */
export type PostgresServer = {
  readonly port: number;
  /** A new, empty database; its URL. */
  readonly createDatabase: () => Promise<string>;
  /** As an administrator would with `pg_dump`, while it is in use. */
  readonly dump: (url: string, file: string) => Promise<void>;
  /** The database is then what the dump says and nothing more. Whoever is still connected is cut off. */
  readonly restore: (url: string, file: string) => Promise<void>;
  /** Ends it as a crash does: every connection is cut, the next start recovers. The data stays. */
  readonly crash: () => Promise<void>;
  /** On the same port and data. */
  readonly start: () => Promise<void>;
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>;
};

const PASSWORD = 'a-password-that-nobody-must-see';
/** Text sorts as in a dictionary here, as it does on many real servers, and not by its bytes. */
const INITDB = ['--no-sync', '-U', 'longshore', '-E', 'UTF8', '--locale-provider=icu', '--icu-locale=en-US'];
/** A crash of the process loses nothing that way, only one of the machine would. */
const FAST = ['fsync=off', 'full_page_writes=off', 'max_connections=200', 'shared_buffers=32MB'];

/** PostgreSQL does not run as root: there it runs as the user that its package made. */
const serverUser = (): { readonly uid: number; readonly gid: number } | null => {
  if (process.getuid?.() !== 0) return null;
  const id = (kind: string): number => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

export const startPostgresServer = async (): Promise<PostgresServer> => {
  const programs = postgresPrograms();
  const user = serverUser();
  const directory = await mkdtemp(join(tmpdir(), 'longshore-postgres-'));
  if (user !== null) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const within = { cwd: directory, ...user };
  await promisify(execFile)(join(programs, 'initdb'), ['-D', data, ...INITDB, '-A', 'trust'], within);
  const port = await freePort('127.0.0.1');
  const urlOf = (database: string): string => `postgres://longshore:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`, ...FAST];

  const run = async (program: string, ...args: readonly string[]): Promise<void> => {
    await promisify(execFile)(join(programs, program), args);
  };
  const asAdministrator = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: urlOf('postgres') });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const launch = async (): Promise<Child> => {
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    const child = await startChild(join(programs, 'postgres'), args, {}, within);
    const answers = async (): Promise<true | null> =>
      asAdministrator('SELECT 1').then(
        () => true,
        () => null,
      );
    await eventually('PostgreSQL answers', answers, { explain: child.output });
    return child;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    process.kill(child.pid, signal);
    await child.ended();
  };

  let child = await launch();
  let databases = 0;
  return {
    port,
    createDatabase: async () => {
      const name = `ledger_${(databases += 1)}`;
      await asAdministrator(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    dump: (url, file) => run('pg_dump', '--format=custom', `--file=${file}`, url),
    restore: async (url, file) => {
      const name = new URL(url).pathname.slice(1);
      await asAdministrator(`DROP DATABASE ${name} WITH (FORCE)`);
      await asAdministrator(`CREATE DATABASE ${name}`);
      await run('pg_restore', '--exit-on-error', `--dbname=${url}`, file);
    },
    crash: () => end('SIGQUIT'),
    start: async () => {
      child = await launch();
    },
    stop: async () => {
      if (child.process.exitCode === null) await end('SIGINT');
      await rm(directory, { recursive: true, force: true });
    },
  };
};
