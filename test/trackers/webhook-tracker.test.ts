import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretBytes } from '../../activities/trackers/webhook-signature.ts';
import { WebhookTracker } from '../../activities/trackers/webhook-tracker.ts';
import { keepCollectingGarbage } from '../support/collect-garbage.ts';
import { anEvent } from './builders.ts';
import { trackerContract } from './tracker-contract.ts';
import { startWebhookReceiver, takesAll, type WebhookReceiver } from './webhook-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = 1_800_000_000_999;

const newTracker = (receiver: WebhookReceiver, timeoutMs = 5_000): WebhookTracker =>
  new WebhookTracker(
    { url: receiver.url, secret: secretBytes(SECRET), timeoutMs },
    { now: () => NOW, logger: pino({ level: 'silent' }) },
  );

trackerContract(async () => {
  const receiver = await startWebhookReceiver();
  return {
    tracker: newTracker(receiver),
    another: newTracker(receiver),
    state: () => Promise.resolve([...receiver.applied]),
    down: receiver.down,
    up: receiver.up,
    freeze: () => void (receiver.answer = null),
    thaw: () => void (receiver.answer = takesAll),
    remove: receiver.down,
  };
});

describe('the webhook tracker', () => {
  let receiver: WebhookReceiver;
  let tracker: WebhookTracker;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    tracker = newTracker(receiver);
  });
  afterEach(async () => {
    await tracker.close();
    await receiver.down();
  });
  const post = (event = anEvent('queued')): Promise<void> => tracker.deliver([event], new AbortController().signal);

  it('signs id, time and body with the secret, as Standard Webhooks has it', async () => {
    const event = anEvent('queued');
    await post(event);
    const [first] = receiver.received;
    if (first === undefined) throw new Error('nothing came');
    const { headers, body } = first;
    expect(JSON.parse(body)).toEqual(event);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': `ledger-1-${event.id}`,
      'webhook-timestamp': '1800000000',
    });
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const signed = createHmac('sha256', key).update(`ledger-1-${event.id}.1800000000.${body}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
  });

  it('takes a secret that is no base64 as it is written', () => {
    expect(Buffer.from(secretBytes('plain words')).toString()).toBe('plain words');
  });

  it.each([200, 201, 202, 204])('counts %d as delivered', async (status) => {
    receiver.answer = (response) => void response.writeHead(status).end(status === 204 ? undefined : 'thanks');
    await post();
  });

  it.each([301, 307, 400, 401, 404, 408, 413, 429, 500, 503])('tries again after %d', async (status) => {
    receiver.answer = (response) => void response.writeHead(status, { location: receiver.url }).end('no');
    await expect(post()).rejects.toThrow(new RegExp(`^The webhook at http://127.0.0.1:\\d+ answered ${status}.$`));
    expect(receiver.received).toHaveLength(1);
  });

  it('lets go of an event that its receiver calls gone, and of that one alone', async () => {
    const [unwanted, wanted] = [anEvent('queued', 'unwanted'), anEvent('queued', 'wanted')];
    receiver.answer = (response, event) => void response.writeHead(event.jobId === 'unwanted' ? 410 : 200).end();
    await tracker.deliver([unwanted, wanted], new AbortController().signal);
    expect(receiver.applied).toEqual([wanted]);
  });

  it('gives up on a receiver that does not answer in time, or answers without an end', async () => {
    const impatient = newTracker(receiver, 200);
    receiver.answer = null;
    const signal = new AbortController().signal;
    const failure = await impatient.deliver([anEvent('queued')], signal).catch((error: unknown) => String(error));
    expect(failure).toMatch(/^LongshoreError: The webhook at http:\/\/127\.0\.0\.1:\d+ did not answer/);
    expect(failure).not.toContain('token');
    receiver.answer = (response) => {
      response.writeHead(200);
      response.write('x');
    };
    await impatient.deliver([anEvent('queued')], signal);
    await impatient.close();
  });

  it('gives up on a receiver that hangs, whatever is collected as garbage meanwhile', async () => {
    const impatient = newTracker(receiver, 500);
    receiver.answer = null;
    const done = keepCollectingGarbage();
    try {
      await expect(impatient.deliver([anEvent('queued')], new AbortController().signal)).rejects.toThrow(
        /did not answer/,
      );
    } finally {
      done();
      await impatient.close();
    }
  });
});
