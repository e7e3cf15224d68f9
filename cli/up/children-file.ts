import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from '../../worker/process-identity.ts';
import type { PartName } from './part-log.ts';

const childSchema = z.object({
  part: z.enum(['temporal', 'server', 'host']),
  pid: z.number().int(),
  startedAt: z.string(),
  command: z.string(),
});
export type RecordedChild = z.infer<typeof childSchema>;

/**
 * Which processes a supervisor started, on disk, so that the next one finds them when it was killed. Written before
 * anything else happens with a new child, and atomically: a reader sees the old list or the new one.
 */
export interface ChildrenFile {
  read(): readonly RecordedChild[];
  put(part: PartName, identity: ProcessIdentity, command: string): void;
  clear(): void;
}

export const openChildrenFile = (path: string): ChildrenFile => {
  const children = new Map<PartName, RecordedChild>();
  const write = (): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify([...children.values()], null, 2));
    renameSync(`${path}.new`, path);
  };
  return {
    read: () => {
      try {
        return z.array(childSchema).parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    },
    put: (part, identity, command) => {
      children.set(part, { part, ...identity, command });
      write();
    },
    clear: () => {
      children.clear();
      write();
    },
  };
};
