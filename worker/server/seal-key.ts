import { loadOrCreateSecret, SECRET_BYTES } from '../../ledger/secret-file.ts';
import { LongshoreError } from '../../model/error.ts';

/**
 * The key that seals specs in the ledger: every process on one ledger must have the same. `given`: base64, as
 * LONGSHORE_SEAL_KEY has it; null = the one in the data directory, made by whoever needs it first.
 */
export async function sealKeyOf(dataDir: string, given: string | null): Promise<Uint8Array> {
  if (given === null) return loadOrCreateSecret(dataDir, 'spec.key');
  const key = Buffer.from(given, 'base64');
  if (key.byteLength === SECRET_BYTES) return new Uint8Array(key);
  throw new LongshoreError(
    'seal_key_invalid',
    `LONGSHORE_SEAL_KEY is not ${SECRET_BYTES} bytes in base64; make one with "openssl rand -base64 ${SECRET_BYTES}", or take ` +
      `that of the file spec.key: "base64 -w0 spec.key".`,
  );
}
