import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import type { Topic } from '../ledger.ts';
import { connectionOptions } from './sessions.ts';

const CHANNEL = 'longshore_ledger';
/** PostgreSQL takes payloads below 8000 bytes. */
const MOST_BYTES = 7_500;
/** More than this of one transaction is told as "everything". */
const MOST_MESSAGES = 8;
const PROBE_MS = 10_000;
const RECONNECT_MS = { first: 100, most: 2_000 };

/** Tells listeners that they may have missed something and should look. */
const EVERYTHING: Topic = 'everything';

const messageSchema = z.object({ from: z.string(), topics: z.array(z.string()) });

/**
 * Topics between processes: NOTIFY inside the transaction that changed something, so that it is heard when and only
 * when that is committed. One connection of its own listens; while it was away notifications were missed, so whoever
 * listens is woken once when it is back.
 */
export class TopicChannel {
  readonly #url: string;
  readonly #self = randomUUID();
  readonly #onTopics: (topics: readonly Topic[]) => void;
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;
  #client: Client | null = null;

  constructor(url: string, onTopics: (topics: readonly Topic[]) => void) {
    this.#url = url;
    this.#onTopics = onTopics;
    this.#loop = this.#listenForever();
  }

  /** SQL that tells the other processes; '' when there is nothing to tell. */
  announcement(topics: readonly Topic[]): string {
    const messages = inMessages(this.#self, topics);
    return messages.map((text) => `SELECT pg_notify('${CHANNEL}', ${quote(text)});`).join('');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#loop;
  }

  async #listenForever(): Promise<void> {
    let pauseMs = RECONNECT_MS.first;
    while (!this.#closing.signal.aborted) {
      const listened = await this.#listenOnce();
      pauseMs = listened ? RECONNECT_MS.first : Math.min(pauseMs * 2, RECONNECT_MS.most);
      await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** Until the connection ends. Whether it ever listened. */
  async #listenOnce(): Promise<boolean> {
    const client = new Client(connectionOptions(this.#url, 'topics'));
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''));
    let probe: NodeJS.Timeout | undefined;
    try {
      this.#client = client;
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#onTopics([EVERYTHING]);
      // A server that vanished without a word is noticed only by who asks it something.
      probe = setInterval(() => void client.query('SELECT 1').catch(() => client.end()), PROBE_MS);
      if (this.#closing.signal.aborted) void client.end().catch(() => undefined);
      await ended;
      return true;
    } catch {
      // Not there yet, or gone again: the loop tries on; calls of the ledger say what is wrong to who asks.
      await client.end().catch(() => undefined);
      return false;
    } finally {
      clearInterval(probe);
      this.#client = null;
    }
  }

  /** Our own were told to local listeners before their writer was answered. */
  #hear(payload: string): void {
    const { from, topics } = messageSchema.parse(JSON.parse(payload));
    // Only `announcement` writes to this channel, from topics.
    if (from !== this.#self) this.#onTopics(topics as Topic[]);
  }
}

function inMessages(from: string, topics: readonly Topic[]): string[] {
  const messages: string[] = [];
  let part: Topic[] = [];
  let bytes = 0;
  const finish = (): void => {
    if (part.length > 0) messages.push(JSON.stringify({ from, topics: part }));
    [part, bytes] = [[], 0];
  };
  for (const topic of topics) {
    const size = Buffer.byteLength(JSON.stringify(topic)) + 1;
    if (bytes + size > MOST_BYTES) finish();
    part.push(topic);
    bytes += size;
  }
  finish();
  return messages.length <= MOST_MESSAGES ? messages : [JSON.stringify({ from, topics: [EVERYTHING] })];
}

/** A standard string literal; topics are names and uids, JSON escapes the rest. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
