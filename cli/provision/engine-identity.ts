import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

/** From this version on an engine's ID stands in its data root; before, it came from a key in /etc that all engines of a machine share. */
const ID_IN_DATA_ROOT = 23;
const SYSTEM_CONFIG = '/etc/docker/daemon.json';

/**
 * The flags that give an engine an ID of its own: one engine serves one host, and a host is refused whose engine goes
 * by another one's ID. An engine that has run without them keeps the ID it has: its host is known by that.
 */
export const ownIdentity = async (
  dockerd: string,
  places: { readonly dataRoot: string; readonly keyFile: string; readonly config: string },
): Promise<readonly string[]> => {
  const isNew = !existsSync(places.dataRoot);
  const { stdout } = await promisify(execFile)(dockerd, ['--version']);
  const major = Number(/version v?(\d+)\./.exec(stdout)?.[1] ?? ID_IN_DATA_ROOT);
  if (major >= ID_IN_DATA_ROOT) {
    if (!isNew) return [];
    mkdirSync(places.dataRoot, { recursive: true, mode: 0o710 });
    writeFileSync(join(places.dataRoot, 'engine-id'), randomUUID());
    return [];
  }
  if (!isNew && !existsSync(places.keyFile)) return [];
  // Mirrors and proxies of this machine hold for this engine too.
  const system = existsSync(SYSTEM_CONFIG)
    ? z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(SYSTEM_CONFIG, 'utf8')))
    : {};
  writeFileSync(places.config, JSON.stringify({ ...system, 'deprecated-key-path': places.keyFile }));
  return ['--config-file', places.config];
};
