import { loadOrCreateSecret } from '../ledger/secret-file.ts';

/**
 * What host processes show the server as bearer token: environments of jobs pass through those calls. Server and host
 * on one machine share it through the data directory; `LONGSHORE_HOST_TOKEN` carries it to other machines.
 */
export async function hostToken(dataDir: string): Promise<string> {
  return Buffer.from(await loadOrCreateSecret(dataDir, 'host.token')).toString('base64url');
}
