import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { digestSchema, jobUidSchema, type Digest } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { bundleLimits } from './entry-rules.ts';
import { unpackBundle } from './unpack.ts';

const markerSchema = z.object({ uid: jobUidSchema, attempt: z.number(), digest: digestSchema, installed: z.boolean() });
type Marker = z.infer<typeof markerSchema>;

const UNPACKING = '.longshore-unpacking-';

export type BundleDirectories = {
  readonly workDir: string;
  /** `<workDir>/<jobId>`: where people look for it, too. */
  path(jobId: string): string;
  /** Safe twice: the marker says what is there already. `read` answers null when there is no such blob. */
  install(
    replica: ReplicaRef,
    bundle: { readonly digest: Digest; readonly topFolder: string },
    read: () => Promise<Readable | null>,
  ): Promise<{ readonly kind: 'ready' } | { readonly kind: 'invalid'; readonly because: string }>;
  /** Removes the directory if it is still this attempt's. Answers false where that is not allowed: it is left behind. */
  remove(replica: ReplicaRef): Promise<boolean>;
  /** Removes whatever a deleted job of this uid left in its place or beside it. False: something may not be removed. */
  forget(jobId: string, uid: string): Promise<boolean>;
  /** Throws away what a crash left half unpacked. Answers what it may not remove. */
  sweep(): Promise<readonly string[]>;
};

/** Files of another user, which containers leave: a host that is not root may not remove them. False: left behind. */
const removed = async (directory: string): Promise<boolean> => {
  try {
    await rm(directory, { recursive: true, force: true });
    return true;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'EACCES' || code === 'EPERM' || code === 'ENOTEMPTY') return false;
    throw cause;
  }
};

/**
 * Where bundles are unpacked. A bundle is unpacked beside its place and renamed, so that nobody sees half of one. Which
 * one is there is written down outside, where a job cannot reach it, before anything in the place is touched: a
 * directory without such a marker is not ours, and is moved aside instead of removed.
 */
export const createBundleDirectories = (deps: {
  readonly workDir: string;
  readonly markerDir: string;
}): BundleDirectories => {
  const path = (jobId: string): string => join(deps.workDir, jobId);
  const markerPath = (jobId: string): string => join(deps.markerDir, `${jobId}.json`);

  const readMarker = async (jobId: string): Promise<Marker | null> => {
    try {
      return markerSchema.parse(JSON.parse(await readFile(markerPath(jobId), 'utf8')));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
      throw cause;
    }
  };
  const writeMarker = async (jobId: string, marker: Marker): Promise<void> => {
    await mkdir(deps.markerDir, { recursive: true, mode: 0o700 });
    const draft = `${markerPath(jobId)}.new`;
    const file = await open(draft, 'w');
    try {
      await file.writeFile(JSON.stringify(marker));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, markerPath(jobId));
  };
  const exists = (file: string): Promise<boolean> =>
    stat(file).then(
      () => true,
      () => false,
    );

  return {
    workDir: deps.workDir,
    path,
    async install(replica, { digest, topFolder }, read) {
      const { jobId, uid, attempt } = replica;
      const marker = await readMarker(jobId);
      const isThere = await exists(path(jobId));
      if (
        isThere &&
        marker?.installed &&
        marker.uid === uid &&
        marker.attempt === attempt &&
        marker.digest === digest
      ) {
        return { kind: 'ready' };
      }
      const content = await read();
      if (content === null) return { kind: 'invalid', because: `there is no bundle ${digest} on the server` };
      await mkdir(deps.workDir, { recursive: true });
      const draft = join(deps.workDir, `${UNPACKING}${uid}-${attempt}-${randomBytes(4).toString('hex')}`);
      await mkdir(draft);
      try {
        const unpacked = await unpackBundle(content, draft, bundleLimits(topFolder));
        if (unpacked.kind === 'invalid') return unpacked;
        if (isThere && marker === null) await rename(path(jobId), `${path(jobId)}.before-${uid}-${attempt}`);
        await writeMarker(jobId, { uid, attempt, digest, installed: false });
        if (!(await removed(path(jobId)))) {
          await rename(path(jobId), `${path(jobId)}.left-${randomBytes(4).toString('hex')}`);
        }
        await rename(join(draft, topFolder), path(jobId));
        await writeMarker(jobId, { uid, attempt, digest, installed: true });
        return { kind: 'ready' };
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    },
    async remove(replica) {
      const marker = await readMarker(replica.jobId);
      if (marker === null || marker.uid !== replica.uid || marker.attempt !== replica.attempt) return true;
      if (!(await removed(path(replica.jobId)))) return false;
      await rm(markerPath(replica.jobId), { force: true });
      return true;
    },
    async forget(jobId, uid) {
      const marker = await readMarker(jobId);
      let isAll = true;
      if (marker?.uid === uid) {
        isAll = await removed(path(jobId));
        if (isAll) await rm(markerPath(jobId), { force: true });
      }
      const names = (await exists(deps.workDir)) ? await readdir(deps.workDir) : [];
      for (const name of names.filter((each) => each.startsWith(`${jobId}.left-`))) {
        if (!(await removed(join(deps.workDir, name)))) isAll = false;
      }
      return isAll;
    },
    async sweep() {
      const names = (await exists(deps.workDir)) ? await readdir(deps.workDir) : [];
      const left: string[] = [];
      for (const name of names.filter((each) => each.startsWith(UNPACKING))) {
        if (!(await removed(join(deps.workDir, name)))) left.push(name);
      }
      return left;
    },
  };
};
