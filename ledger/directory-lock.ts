import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { LongshoreError } from '../model/error.ts';

export interface DirectoryLock {
  release(): void;
}

/**
 * Makes this process the owner of `directory` for the purpose `name` until it releases or dies: the lock is the
 * operating system's, on `<name>.lock`, so that kill -9 leaves nothing stale behind. Never waits. Throws
 * LongshoreError('directory_locked') with `wayOut` when another owner is alive.
 */
export function lockDirectory(directory: string, name: string, wayOut: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new Database(join(directory, `${name}.lock`), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY'))) throw cause;
    throw new LongshoreError(
      'directory_locked',
      `${directory} is in use: another process owns its ${name}. ${wayOut}`,
      { details: { directory, name }, cause },
    );
  }
  return {
    release() {
      database.close();
    },
  };
}
