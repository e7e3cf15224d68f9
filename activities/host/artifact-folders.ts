import { mkdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { jobUidSchema } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';

const markerSchema = z.object({ uid: jobUidSchema, attempt: z.number() });

const hasCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  cause instanceof Error && 'code' in cause && codes.includes(String(cause.code));
const isAbsent = (cause: unknown): boolean => hasCode(cause, 'ENOENT');

export type ArtifactFolders = {
  /**
   * Before the first start of an attempt: what an earlier run left in `<archiveDir>/<jobId>/artifacts` is moved aside,
   * never removed, so that it is not collected as this one's. Safe twice. Answers false where the host may not move it:
   * it is left, and will be collected with what this run makes.
   */
  claim(replica: ReplicaRef): Promise<boolean>;
  /** Its artifacts are collected. */
  release(replica: ReplicaRef): Promise<void>;
};

/** Whose artifacts lie in a job's folder is written down outside, where a job cannot reach it. */
export const createArtifactFolders = (deps: {
  readonly archiveDir: string;
  readonly markerDir: string;
}): ArtifactFolders => {
  const markerPath = (jobId: string): string => join(deps.markerDir, `${jobId}.json`);

  const isOwner = async ({ jobId, uid, attempt }: ReplicaRef): Promise<boolean> => {
    try {
      const marker = markerSchema.parse(JSON.parse(await readFile(markerPath(jobId), 'utf8')));
      return marker.uid === uid && marker.attempt === attempt;
    } catch (cause) {
      if (isAbsent(cause)) return false;
      throw cause;
    }
  };

  const moveAside = async ({ jobId, uid, attempt }: ReplicaRef): Promise<boolean> => {
    const folder = join(deps.archiveDir, jobId);
    try {
      // A link in its place leads to what is not this job's: collect refuses it, and nothing is moved there.
      if ((await realpath(folder)) !== join(await realpath(deps.archiveDir), jobId)) return true;
      const path = join(folder, 'artifacts');
      const isEmpty = await rmdir(path).then(
        () => true,
        () => false,
      );
      if (isEmpty) return true;
      const aside = `${path}.before-${uid.slice(-6).toLowerCase()}-${attempt}`;
      await rename(path, aside).catch((cause: unknown) => {
        if (!hasCode(cause, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw cause;
        return rename(path, `${aside}-${randomBytes(4).toString('hex')}`);
      });
      return true;
    } catch (cause) {
      if (isAbsent(cause)) return true;
      if (hasCode(cause, 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG')) return false;
      throw cause;
    }
  };

  return {
    async claim(replica) {
      if (await isOwner(replica)) return true;
      const isFree = await moveAside(replica);
      await mkdir(deps.markerDir, { recursive: true, mode: 0o700 });
      const draft = `${markerPath(replica.jobId)}.new`;
      await writeFile(draft, JSON.stringify({ uid: replica.uid, attempt: replica.attempt }), { flush: true });
      await rename(draft, markerPath(replica.jobId));
      return isFree;
    },
    async release(replica) {
      if (await isOwner(replica)) await rm(markerPath(replica.jobId), { force: true });
    },
  };
};
