import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAesSpecSealer } from '../../ledger/aes-spec-sealer.ts';
import { loadOrCreateSecret } from '../../ledger/secret-file.ts';
import { aSpec } from './builders.ts';

const sealer = createAesSpecSealer(new Uint8Array(32).fill(1));
const other = createAesSpecSealer(new Uint8Array(32).fill(2));

describe('sealed specs', () => {
  it('come back as they were, and never seal to the same text twice', () => {
    const spec = aSpec();
    const sealed = sealer.seal(spec);
    expect(sealer.unseal(sealed)).toEqual(spec);
    expect(sealer.seal(spec)).not.toBe(sealed);
    expect(Buffer.from(sealed, 'base64').includes('hunter2')).toBe(false);
  });

  it('are unreadable with another key, and when a byte was changed', () => {
    const sealed = sealer.seal(aSpec());
    expect(() => other.unseal(sealed)).toThrow('cannot be unsealed');
    const damaged = Buffer.from(sealed, 'base64');
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    expect(() => sealer.unseal(damaged.toString('base64'))).toThrow('cannot be unsealed');
    expect(() => sealer.unseal('')).toThrow('cannot be unsealed');
  });

  it('have equal digests exactly when they are equal, whatever the order of keys; useless without the key', () => {
    const spec = aSpec();
    const reordered = Object.fromEntries(Object.entries(spec).reverse()) as typeof spec;
    expect(sealer.digest(reordered)).toBe(sealer.digest(spec));
    expect(sealer.digest(aSpec({ environment: ['TOKEN=hunter3'] }))).not.toBe(sealer.digest(spec));
    expect(other.digest(spec)).not.toBe(sealer.digest(spec));
    expect(sealer.digest(spec)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

describe('the secret file', () => {
  it('is the same for all that make it at once, and readable by its owner only', async () => {
    const directory = join(await mkdtemp(join(tmpdir(), 'longshore-secret-')), 'deep', 'er');
    const keys = await Promise.all(Array.from({ length: 5 }, () => loadOrCreateSecret(directory, 'spec.key')));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(await readdir(directory)).toEqual(['spec.key']);
    expect((await stat(join(directory, 'spec.key'))).mode & 0o777).toBe(0o600);
  });
});
