import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { HostLog } from '../host/host-log.ts';

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
 * Reads the engine's X-Registry-Auth for an image from the static logins in ~/.docker/config.json; null where there is
 * none. Credential helpers are not asked. A file that cannot be read is told of once and counts as none.
 */
export const createRegistryAuth = (
  log: HostLog | null,
  configPath = join(homedir(), '.docker', 'config.json'),
): ((image: string) => Promise<string | null>) => {
  let told = false;

  const readLogins = async (): Promise<z.infer<typeof configSchema>['auths']> => {
    try {
      return configSchema.parse(JSON.parse(await readFile(configPath, 'utf8'))).auths;
    } catch (cause) {
      const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      // Not the error itself: a parser's words may hold a part of the file.
      if (!isAbsent && !told) log?.warn({ configPath }, "Docker's logins cannot be read; pulling without any");
      told = !isAbsent;
      return undefined;
    }
  };

  return async (image) => {
    const registry = registryOf(image);
    const login = (await readLogins())?.[registry]?.auth;
    if (login === undefined) return null;
    const decoded = Buffer.from(login, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 0) return null;
    const auth = { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serveraddress: registry };
    return Buffer.from(JSON.stringify(auth)).toString('base64url');
  };
};
