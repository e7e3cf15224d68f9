/** Where blobs are kept in S3. */
export type S3Place = {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  /** Null: AWS itself. */
  readonly endpoint: string | null;
  readonly region: string;
};

const KNOWN = new Set(['endpoint', 'region']);

/** `s3://bucket/prefix?endpoint=https://host&region=eu-1`; null for what is none. Credentials are no part of it. */
export function parseS3Place(text: string): S3Place | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, username, password, pathname, searchParams } = new URL(text);
  const isPlain = protocol === 's3:' && hostname !== '' && username === '' && password === '';
  if (!isPlain || [...searchParams.keys()].some((key) => !KNOWN.has(key))) return null;
  const endpoint = searchParams.get('endpoint');
  if (endpoint !== null && !(URL.canParse(endpoint) && /^https?:/.test(endpoint))) return null;
  const path = pathname.split('/').filter((part) => part !== '');
  return {
    bucket: hostname,
    prefix: path.length === 0 ? '' : `${path.join('/')}/`,
    endpoint,
    region: searchParams.get('region') ?? 'us-east-1',
  };
}
