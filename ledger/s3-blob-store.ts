import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { LongshoreError } from '../model/error.ts';
import type { Digest } from '../model/ids.ts';
import { ABANDONED_AFTER_MS, removeAbandoned, withDraft } from './blob-draft.ts';
import type { BlobStore } from './blob-store.ts';
import { makeDirectory } from './durable-files.ts';
import type { S3Place } from './s3-place.ts';
import { verifiedContent } from './verified-content.ts';

type S3Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

const PART_BYTES = 8 * 1024 * 1024;

/**
 * Blobs as objects named by their digest, for any number of processes on any number of machines. A blob is taken in on
 * disk first, where its name is learnt; an object can be seen only when all its parts are there. Without
 * `credentials`, the AWS SDK finds them (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's role).
 */
export async function openS3BlobStore(
  place: S3Place,
  drafts: string,
  credentials: S3Credentials | null,
): Promise<BlobStore & { readonly close: () => void }> {
  await makeDirectory(drafts);
  await removeAbandoned(drafts);
  const client = new S3Client({
    region: place.region,
    ...(credentials === null ? {} : { credentials }),
    ...(place.endpoint === null ? {} : { endpoint: place.endpoint, forcePathStyle: true }),
  });
  const { bucket: Bucket } = place;
  const keyOf = (digest: Digest): string => `${place.prefix}${digest.replace(':', '-')}`;
  await inWords(place, () => endAbandonedUploads(client, place));

  const put = async (path: string, digest: Digest): Promise<void> => {
    const params = { Bucket, Key: keyOf(digest), Body: createReadStream(path) };
    await new Upload({ client, params, partSize: PART_BYTES, queueSize: 2 }).done();
  };
  const isThere = async (digest: Digest): Promise<boolean> =>
    (await orNull(client.send(new HeadObjectCommand({ Bucket, Key: keyOf(digest) })))) !== null;

  return {
    async write(content, limitBytes, claim) {
      const stored = await withDraft(drafts, content, limitBytes, async ({ path, digest, bytes }) => {
        await claim?.(digest);
        await inWords(place, async () => {
          if (!(await isThere(digest))) await put(path, digest);
        });
        return { kind: 'stored', digest, bytes } as const;
      });
      return stored ?? { kind: 'too_large' };
    },

    async read(digest) {
      const found = await inWords(place, () =>
        orNull(client.send(new GetObjectCommand({ Bucket, Key: keyOf(digest) }))),
      );
      if (found === null || !(found.Body instanceof Readable)) return null;
      return { content: verifiedContent(found.Body, digest), bytes: found.ContentLength ?? 0 };
    },

    async delete(digest) {
      await inWords(place, () => client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(digest) })));
    },

    close: () => client.destroy(),
  };
}

/** Parts of an upload whose process was killed are paid for and seen by nobody. */
async function endAbandonedUploads(client: S3Client, { bucket: Bucket, prefix: Prefix }: S3Place): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
  for (const { Key, UploadId, Initiated } of Uploads) {
    if (Date.now() - (Initiated?.getTime() ?? Date.now()) < ABANDONED_AFTER_MS) continue;
    await orNull(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })));
  }
}

async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (
      error instanceof S3ServiceException &&
      error.$metadata.httpStatusCode === 404 &&
      error.name !== 'NoSuchBucket'
    ) {
      return null;
    }
    throw error;
  }
}

/** The SDK's words may hold what it sent; ours name the place and what went wrong. */
async function inWords<T>(place: S3Place, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const what = cause instanceof Error ? cause.name : 'unknown';
    throw new LongshoreError(
      'blobs_unavailable',
      `The bucket ${place.bucket} does not serve blobs (${what}): see that it exists, is reached, and its credentials hold`,
      { cause },
    );
  }
}
