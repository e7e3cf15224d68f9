import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { identify, lives, type ProcessIdentity } from '../../worker/process-identity.ts';

const holderSchema = z.object({ pid: z.number().int(), startedAt: z.string() });

export type LockResult =
  { readonly kind: 'taken'; readonly release: () => void } | { readonly kind: 'held'; readonly by: ProcessIdentity };

const failedWith = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const readHolder = (path: string): ProcessIdentity | null => {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return null;
    throw error;
  }
};

/** True: this process made the file. The link appears with its content, so nobody ever reads half a lock. */
const claim = (path: string, me: ProcessIdentity): boolean => {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(me));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft);
  }
};

/** Moves a dead process's lock away. When another took the lock in between, its lock is put back. */
const clearStale = (path: string, stale: ProcessIdentity): void => {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && (moved.pid !== stale.pid || moved.startedAt !== stale.startedAt)) linkSync(aside, path);
  rmSync(aside);
};

/** A lock that a killed process cannot leave behind: it counts only while the very process that took it lives. */
export const takeLock = async (path: string): Promise<LockResult> => {
  mkdirSync(dirname(path), { recursive: true });
  const me = await identify(process.pid);
  if (me === null) throw new Error(`process ${process.pid} cannot read its own start time`);
  for (;;) {
    if (claim(path, me)) return { kind: 'taken', release: () => rmSync(path, { force: true }) };
    const holder = readHolder(path);
    if (holder === null) continue;
    if (await lives(holder)) return { kind: 'held', by: holder };
    clearStale(path, holder);
  }
};
