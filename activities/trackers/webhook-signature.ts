import { createHmac } from 'node:crypto';

const BASE64_SECRET = 'whsec_';

/** The bytes of a secret: what follows `whsec_` is base64, anything else is taken as it is written. */
export const secretBytes = (secret: string): Uint8Array =>
  secret.startsWith(BASE64_SECRET)
    ? Buffer.from(secret.slice(BASE64_SECRET.length), 'base64')
    : Buffer.from(secret, 'utf8');

/** The headers of the Standard Webhooks scheme: HMAC-SHA256 over id, time and body, so that none can be exchanged. */
export const signedHeaders = (
  secret: Uint8Array,
  message: { readonly id: string; readonly atSec: number; readonly body: string },
): Readonly<Record<string, string>> => {
  const { id, atSec, body } = message;
  const signature = createHmac('sha256', secret).update(`${id}.${atSec}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(atSec), 'webhook-signature': `v1,${signature}` };
};
