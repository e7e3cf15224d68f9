import { mkdir, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { epochSchema, jobUidSchema, type JobUid } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';

/**
 * `released`: they are collected. It is kept so that a deletion knows whose they are. `epoch`: absent where it was
 * written by a version before this was kept.
 */
const markerSchema = z.object({
  uid: jobUidSchema,
  attempt: z.number(),
  epoch: epochSchema.optional(),
  released: z.boolean().default(false),
});
type Marker = z.infer<typeof markerSchema>;

const ASIDE = 'artifacts.before-';

const hasCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  cause instanceof Error && 'code' in cause && codes.includes(String(cause.code));
const isAbsent = (cause: unknown): boolean => hasCode(cause, 'ENOENT');

/** Files of another user, which containers leave: a host that is not root may not remove them. False: left behind. */
const removed = async (path: string): Promise<boolean> => {
  try {
    await rm(path, { recursive: true, force: true });
    return true;
  } catch (cause) {
    if (hasCode(cause, 'EACCES', 'EPERM', 'ENOTEMPTY')) return false;
    throw cause;
  }
};

export type ArtifactFolders = {
  /** Whose artifacts lie there: this placement's, another's, or nobody's that this host knows. */
  ownerOf(replica: ReplicaRef): Promise<'this' | 'another' | 'nobody'>;
  /**
   * Before the first start of an attempt: what an earlier run left in `<archiveDir>/<jobId>/artifacts` is moved aside,
   * never removed, so that it is not collected as this one's. Safe twice. Answers false where the host may not move it:
   * it is left, and will be collected with what this run makes.
   */
  claim(replica: ReplicaRef): Promise<boolean>;
  /** Its artifacts are collected. */
  release(replica: ReplicaRef): Promise<void>;
  /**
   * Removes `<archiveDir>/<jobId>` of deleted jobs; where a newer job of the id has it, only what was moved aside for
   * that one. Answers what may not be removed.
   */
  forget(jobId: string, uids: readonly JobUid[]): Promise<readonly string[]>;
};

/** Whose artifacts lie in a job's folder is written down outside, where a job cannot reach it. */
export const createArtifactFolders = (deps: {
  readonly archiveDir: string;
  readonly markerDir: string;
}): ArtifactFolders => {
  const markerPath = (jobId: string): string => join(deps.markerDir, `${jobId}.json`);

  const readMarker = async (jobId: string): Promise<Marker | null> => {
    try {
      return markerSchema.parse(JSON.parse(await readFile(markerPath(jobId), 'utf8')));
    } catch (cause) {
      if (isAbsent(cause)) return null;
      throw cause;
    }
  };
  const writeMarker = async (jobId: string, marker: Marker): Promise<void> => {
    await mkdir(deps.markerDir, { recursive: true, mode: 0o700 });
    const draft = `${markerPath(jobId)}.new`;
    await writeFile(draft, JSON.stringify(marker), { flush: true });
    await rename(draft, markerPath(jobId));
  };
  const isOf = (marker: Marker, { uid, attempt, epoch }: ReplicaRef): boolean =>
    marker.uid === uid &&
    marker.attempt === attempt &&
    (marker.epoch === undefined || compareEpochs(marker.epoch, epoch) === 0);
  const isOwner = async (replica: ReplicaRef): Promise<boolean> => {
    const marker = await readMarker(replica.jobId);
    return marker !== null && isOf(marker, replica) && !marker.released;
  };
  const markerOf = ({ uid, attempt, epoch }: ReplicaRef, released: boolean): Marker => ({
    ...{ uid, attempt, epoch, released },
  });

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
      const aside = join(folder, `${ASIDE}${uid.slice(-6).toLowerCase()}-${attempt}`);
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
    async ownerOf(replica) {
      const marker = await readMarker(replica.jobId);
      if (marker === null) return 'nobody';
      return isOf(marker, replica) ? 'this' : 'another';
    },
    async claim(replica) {
      if (await isOwner(replica)) return true;
      const isFree = await moveAside(replica);
      await writeMarker(replica.jobId, markerOf(replica, false));
      return isFree;
    },
    async release(replica) {
      if (await isOwner(replica)) await writeMarker(replica.jobId, markerOf(replica, true));
    },
    async forget(jobId, uids) {
      const owner = await readMarker(jobId);
      const folder = join(deps.archiveDir, jobId);
      if (owner === null || uids.includes(owner.uid)) {
        if (!(await removed(folder))) return [folder];
        await rm(markerPath(jobId), { force: true });
        return [];
      }
      const aside = `${ASIDE}${owner.uid.slice(-6).toLowerCase()}-1`;
      const names = await readdir(folder).catch((cause: unknown) => {
        if (isAbsent(cause)) return [];
        throw cause;
      });
      const left: string[] = [];
      for (const name of names.filter((each) => each === aside || each.startsWith(`${aside}-`))) {
        if (!(await removed(join(folder, name)))) left.push(join(folder, name));
      }
      return left;
    },
  };
};
