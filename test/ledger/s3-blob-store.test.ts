import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3BlobStore } from '../../ledger/s3-blob-store.ts';
import { parseS3Place, type S3Place } from '../../ledger/s3-place.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import { blobStoreContract } from './blob-store-contract.ts';

const Bucket = 'cargo';
const credentials = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };

let server: S3Server;
let client: S3Client;
let drafts: string;
let lastPrefix = 0;
const close: (() => void)[] = [];
beforeAll(async () => {
  server = await startS3Server();
  drafts = await mkdtemp(join(tmpdir(), 'longshore-s3-'));
  client = new S3Client({ region: 'us-east-1', endpoint: server.endpoint, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket }));
}, 90_000);
afterAll(async () => {
  for (const each of close) each();
  client.destroy();
  await server.stop();
  await rm(drafts, { recursive: true });
});

const placeAt = (prefix: string): S3Place => {
  const place = parseS3Place(`s3://${Bucket}/${prefix}?endpoint=${encodeURIComponent(server.endpoint)}`);
  if (place === null) throw new Error('no place');
  return place;
};
const keysAt = async (Prefix: string): Promise<readonly string[]> => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
  return [...Contents, ...Uploads].map(({ Key = '' }) => Key);
};
const open = async (place: S3Place) => {
  const store = await openS3BlobStore(place, drafts, credentials);
  close.push(store.close);
  return store;
};

describe('the S3 blob store', () => {
  blobStoreContract(async () => {
    const place = placeAt(`p${(lastPrefix += 1)}`);
    return {
      store: await open(place),
      kept: async () => [...(await keysAt(place.prefix)), ...(await readdir(drafts))],
      damage: async (digest, bytes) => {
        const Key = `${place.prefix}${digest.replace(':', '-')}`;
        await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
      },
    };
  });

  it('gives what another process on another machine has stored', async () => {
    const [one, other] = [await open(placeAt('shared')), await open(placeAt('shared'))];
    const stored = await one.write(Readable.from([Buffer.from('cargo')]), 10);
    if (stored.kind !== 'stored') throw new Error(stored.kind);
    expect(await (await other.read(stored.digest))?.content.toArray()).toEqual([Buffer.from('cargo')]);
  });

  it('shows nothing of an interrupted upload, and ends it at an opening long after', async () => {
    const place = placeAt('torn');
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `${place.prefix}sha256-1` }));
    expect((await client.send(new ListObjectsV2Command({ Bucket, Prefix: place.prefix }))).KeyCount).toBe(0);
    // To this server every upload was begun in 2010.
    await open(place);
    expect(await keysAt(place.prefix)).toEqual([]);
  });

  it('says in its own words that a bucket is not there', async () => {
    const elsewhere = { ...placeAt('x'), bucket: 'no-such-bucket' };
    await expect(openS3BlobStore(elsewhere, drafts, credentials)).rejects.toMatchObject({ code: 'blobs_unavailable' });
  });
});

describe('where blobs are in S3', () => {
  it.each([
    ['s3://cargo', { bucket: 'cargo', prefix: '', endpoint: null, region: 'us-east-1' }],
    ['s3://cargo/a/b/?region=eu-1', { bucket: 'cargo', prefix: 'a/b/', endpoint: null, region: 'eu-1' }],
    [
      's3://cargo/a?endpoint=https://s3.example:9000',
      { bucket: 'cargo', prefix: 'a/', endpoint: 'https://s3.example:9000', region: 'us-east-1' },
    ],
  ])('is read from %s', (text, place) => {
    expect(parseS3Place(text)).toEqual(place);
  });

  it.each(['cargo', 'https://cargo', 's3://', 's3://key:secret@cargo', 's3://cargo?acl=1', 's3://cargo?endpoint=x'])(
    'cannot be %s',
    (text) => {
      expect(parseS3Place(text)).toBeNull();
    },
  );
});
