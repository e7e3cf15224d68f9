import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const DOCKER_HUB = 'https://index.docker.io/v1/';
const configSchema = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional(),
});

/** "ghcr.io" of "ghcr.io/team/image:1"; Docker Hub where the first part is no host. */
export const registryOf = (image: string): string => {
  const [first, ...rest] = image.split('/');
  const isHost = first !== undefined && rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : DOCKER_HUB;
};

/**
 * The engine's X-Registry-Auth for an image, from the static logins in ~/.docker/config.json; null where there is
 * none. Credential helpers are not asked.
 */
export const readRegistryAuth = async (
  image: string,
  configPath = join(homedir(), '.docker', 'config.json'),
): Promise<string | null> => {
  let text: string;
  try {
    text = await readFile(configPath, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
  const registry = registryOf(image);
  const login = configSchema.parse(JSON.parse(text)).auths?.[registry]?.auth;
  if (login === undefined) return null;
  const decoded = Buffer.from(login, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return null;
  const auth = { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serveraddress: registry };
  return Buffer.from(JSON.stringify(auth)).toString('base64url');
};
