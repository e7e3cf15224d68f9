import { randomBytes } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LongshoreError } from '../model/error.ts';
import { makeDirectory, syncDirectory } from './durable-files.ts';

/** Bytes of a secret: a key for AES-256, or a bearer token nobody can guess. */
export const SECRET_BYTES = 32;

/**
 * The random secret in `directory`/`name`, made on the first call, readable by its owner only. The file appears whole
 * and on disk or not at all, and of two processes that make it at once both get the same one: a secret that was lost
 * after its first use could never be made again.
 */
export async function loadOrCreateSecret(directory: string, name: string): Promise<Uint8Array> {
  await makeDirectory(directory);
  const path = join(directory, name);
  return (await readSecret(path)) ?? (await createSecret(directory, path));
}

async function readSecret(path: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return null;
  if (bytes.byteLength !== SECRET_BYTES) {
    throw new LongshoreError(
      'secret_invalid',
      `${path} has ${bytes.byteLength} bytes instead of ${SECRET_BYTES}. Put back the file that was there, or its backup.`,
    );
  }
  return new Uint8Array(bytes);
}

async function createSecret(directory: string, path: string): Promise<Uint8Array> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(SECRET_BYTES));
    await handle.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await unlink(draft);
  }
  await syncDirectory(directory);
  const secret = await readSecret(path);
  if (secret === null) throw new LongshoreError('secret_invalid', `${path} vanished while it was being made.`);
  return secret;
}
