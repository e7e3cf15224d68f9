import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../worker/server/open-ledger.ts';
import { sealKeyOf } from '../../worker/server/seal-key.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'longshore-parts-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('the ledger of a server process', () => {
  it.each(['api', 'control'] as const)('is refused to "longshore %s" when it is the embedded one', (part) => {
    const open = () => openLedger({ dataDir, ledger: { url: null } }, part, { sealKey: randomBytes(32), now: () => 0 });
    expect(open).toThrow(expect.objectContaining({ code: 'needs_postgres' }));
    expect(open).toThrow(/"longshore server"/);
  });

  it('is the embedded one for "longshore server" unless a PostgreSQL is named', async () => {
    const ledger = await openLedger({ dataDir, ledger: { url: null } }, 'server', {
      sealKey: randomBytes(32),
      now: () => 0,
    });
    await ledger.check();
    await ledger.close();
  });
});

describe('the key that seals specs', () => {
  it('is shared through the data directory, or is the one that is given', async () => {
    expect(await sealKeyOf(dataDir, null)).toEqual(await sealKeyOf(dataDir, null));
    const key = randomBytes(32);
    expect(Buffer.from(await sealKeyOf(dataDir, key.toString('base64')))).toEqual(key);
  });

  it('is refused when it is too short, without being shown', async () => {
    const given = randomBytes(20).toString('base64');
    const refusal = await sealKeyOf(dataDir, given).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'seal_key_invalid', message: expect.not.stringContaining(given) });
  });
});
