import { Agent, fetch } from 'undici';
import { LongshoreError } from '../../model/error.ts';

/** Times out fast on connecting, so that a machine without the internet moves on; a slow transfer may take its time. */
const dispatcher = new Agent({ connect: { timeout: 5_000 }, headersTimeout: 20_000, bodyTimeout: 30_000 });

const rootCause = (error: unknown): string => {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
};

/** Addresses may hold a user and a password (private indexes do): never show them. */
export const withoutSecrets = (url: string): string => url.replace(/\/\/[^/@]*@/, '//');

/** The body of a GET, redirects followed. Throws `download_failed` with the address and the fact. */
export const download = async (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly body: Uint8Array; readonly contentType: string; readonly url: string }> => {
  const shown = withoutSecrets(url);
  const { username, password } = new URL(url);
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization: Readonly<Record<string, string>> =
    username === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  try {
    const answer = await fetch(bare, { dispatcher, headers: { ...headers, ...authorization } });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return {
      body: new Uint8Array(await answer.arrayBuffer()),
      contentType: answer.headers.get('content-type') ?? '',
      url: answer.url,
    };
  } catch (error) {
    throw new LongshoreError('download_failed', `${shown}: ${rootCause(error)}`, { cause: error });
  }
};
