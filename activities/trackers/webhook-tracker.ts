import type { Logger } from 'pino';
import { Agent, request } from 'undici';
import { LongshoreError } from '../../model/error.ts';
import type { TrackerEvent } from '../../model/tracker-event.ts';
import { within } from '../within.ts';
import type { Tracker } from './tracker.ts';
import { signedHeaders } from './webhook-signature.ts';

const GONE = 410;
/** An answer's body says nothing to us; more than this of it is not even read. */
const MOST_ANSWER_BYTES = 64 * 1024;

export type WebhookTrackerOptions = {
  /** May hold a token in its path or query: only its origin is ever said. */
  readonly url: string;
  readonly secret: Uint8Array;
  readonly timeoutMs: number;
};
type Deps = { readonly now: () => number; readonly logger: Logger };

/**
 * POSTs each event as JSON, signed, one after the other. Only 2xx is a delivery and 410 a refusal for good, which lets
 * go of that one event; anything else, a redirect too, is tried again.
 */
export class WebhookTracker implements Tracker {
  readonly batch = 1;
  readonly #options: WebhookTrackerOptions;
  readonly #deps: Deps;
  readonly #agent: Agent;
  readonly #origin: string;
  readonly #closed = new AbortController();

  constructor(options: WebhookTrackerOptions, deps: Deps) {
    this.#options = options;
    this.#deps = deps;
    this.#origin = new URL(options.url).origin;
    this.#agent = new Agent({ connections: 1, connectTimeout: options.timeoutMs });
  }

  async deliver(events: readonly TrackerEvent[], signal: AbortSignal): Promise<void> {
    for (const event of events) {
      const status = await this.#post(event, signal);
      if (status >= 200 && status < 300) continue;
      if (status !== GONE) throw this.#failure(`answered ${status}`);
      const { id, kind, jobId } = event;
      this.#deps.logger.warn({ event: id, kind, jobId, webhook: this.#origin }, 'a webhook wants no such event: 410');
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#agent.destroy();
  }

  async #post(event: TrackerEvent, signal: AbortSignal): Promise<number> {
    const { url, secret, timeoutMs } = this.#options;
    const body = JSON.stringify(event);
    const id = `${event.ledger}-${event.id}`;
    const signed = signedHeaders(secret, { id, atSec: Math.floor(this.#deps.now() / 1_000), body });
    try {
      return await within(timeoutMs, signal, async (over) => {
        const answer = await request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'longshore', ...signed },
          body,
          dispatcher: this.#agent,
          signal: AbortSignal.any([over, this.#closed.signal]),
        });
        // The status is the answer, whatever becomes of the rest.
        await answer.body.dump({ limit: MOST_ANSWER_BYTES }).catch(() => undefined);
        return answer.statusCode;
      });
    } catch (cause) {
      throw this.#failure(
        `did not answer: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`,
        cause,
      );
    }
  }

  #failure(what: string, cause?: unknown): LongshoreError {
    return new LongshoreError('tracker_failed', `The webhook at ${this.#origin} ${what}.`, { cause });
  }
}
