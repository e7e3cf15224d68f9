import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { LongshoreError } from '../model/error.ts';
import { digestSchema } from '../model/ids.ts';
import { jobSpecSchema } from '../model/job-spec.ts';
import { canonicalJson } from './canonical-json.ts';
import { SECRET_BYTES } from './secret-file.ts';
import type { SpecSealer } from './spec-sealer.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: base64 of nonce, tag, ciphertext. Digests are HMAC-SHA256, with a key of their own. */
export function createAesSpecSealer(key: Uint8Array): SpecSealer {
  if (key.byteLength !== SECRET_BYTES) {
    throw new LongshoreError(
      'seal_key_invalid',
      `The key that seals specs has ${key.byteLength} bytes; it must have ${SECRET_BYTES}.`,
    );
  }
  const sealKey = derive(key, 'longshore spec seal');
  const digestKey = derive(key, 'longshore spec digest');
  return {
    digest: (spec) =>
      digestSchema.parse(`sha256:${createHmac('sha256', digestKey).update(canonicalJson(spec)).digest('hex')}`),
    seal(spec) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
      const body = Buffer.concat([cipher.update(JSON.stringify(spec), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    unseal(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const body = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
        return jobSpecSchema.parse(JSON.parse(body.toString('utf8')));
      } catch (cause) {
        throw new LongshoreError(
          'spec_unreadable',
          `A job's spec cannot be unsealed: it was sealed with another key, or is damaged. Put back the key file that belongs to this ledger.`,
          { cause },
        );
      }
    },
  };
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), purpose, SECRET_BYTES));
}
