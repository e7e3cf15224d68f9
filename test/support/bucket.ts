import { CreateBucketCommand, ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { startS3Server } from './s3-server.ts';

const NAME = 'cargo';
const credentials = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };

/** An empty bucket on an S3 server of its own. */
export type Bucket = {
  /** For `blobs.url`. */
  readonly url: string;
  /** What a process needs to be let in. */
  readonly env: Readonly<Record<string, string>>;
  /** All that is in it, begun uploads too. */
  readonly keys: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
};

export const startBucket = async (): Promise<Bucket> => {
  const server = await startS3Server();
  const client = new S3Client({ region: 'us-east-1', endpoint: server.endpoint, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: NAME }));
  return {
    url: `s3://${NAME}/hold?endpoint=${encodeURIComponent(server.endpoint)}`,
    env: { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: NAME }));
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: NAME }));
      return [...Contents, ...Uploads].map(({ Key = '' }) => Key);
    },
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
};
