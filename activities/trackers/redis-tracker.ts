import { createClient } from '@redis/client';
import { LongshoreError } from '../../model/error.ts';
import type { TrackerEvent } from '../../model/tracker-event.ts';
import { projectKeyOf, redisCommands } from './redis-commands.ts';
import type { Tracker } from './tracker.ts';

const CONNECT_MS = 5_000;

export type RedisTrackerOptions = {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username: string | null;
  /** Never said or logged. */
  readonly password: string | null;
  readonly tls: boolean;
};

const newClient = ({ host, port, tls, ...options }: RedisTrackerOptions) => {
  const { database, username, password } = options;
  // Tried again by whoever delivers, with a new client: nothing is kept in memory meanwhile.
  const socket = { host, port, connectTimeout: CONNECT_MS, reconnectStrategy: false } as const;
  const client = createClient({
    socket: tls ? { ...socket, tls: true } : socket,
    database,
    // The older protocol: every Redis speaks it.
    RESP: 2,
    disableOfflineQueue: true,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
  });
  client.on('error', () => undefined);
  return client;
};
type Client = ReturnType<typeof newClient>;

/** What the ledger's last event was that is in this Redis. The one key that is not a job's. */
const appliedKeyOf = (event: TrackerEvent): string => `longshore:tracker:${event.ledger}`;

/**
 * Keeps the state of jobs in Redis as the Foundations SDK reads it. Each event's keys are changed in one transaction
 * with the mark of how far Redis has come, so that an event which comes again is known and passed over.
 */
export class RedisTracker implements Tracker {
  readonly #options: RedisTrackerOptions;
  #client: Client | null = null;

  constructor(options: RedisTrackerOptions) {
    this.#options = options;
  }

  async deliver(events: readonly TrackerEvent[], signal: AbortSignal): Promise<void> {
    const client = (this.#client ??= newClient(this.#options));
    const cut = (): void => this.#drop(client);
    signal.addEventListener('abort', cut);
    try {
      signal.throwIfAborted();
      if (!client.isOpen) await client.connect();
      for (const event of events) await apply(client, event);
    } catch (cause) {
      this.#drop(client);
      const because = cause instanceof Error ? cause.message || cause.name : String(cause);
      const { host, port } = this.#options;
      throw new LongshoreError('tracker_failed', `Redis at ${host}:${port} did not take an event: ${because}.`, {
        cause,
      });
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }

  async close(): Promise<void> {
    if (this.#client !== null) this.#drop(this.#client);
  }

  /** Cuts the connection: whatever waits for an answer on it fails. */
  #drop(client: Client): void {
    if (this.#client === client) this.#client = null;
    if (client.isOpen) client.destroy();
  }
}

async function apply(client: Client, event: TrackerEvent): Promise<void> {
  const appliedKey = appliedKeyOf(event);
  // Whoever else applies an event meanwhile makes the transaction fail.
  const [, applied, projectBefore] = await Promise.all([
    client.watch(appliedKey),
    client.get(appliedKey),
    client.get(projectKeyOf(event)),
  ]);
  if (applied !== null && Number(applied) >= event.id) {
    await client.unwatch();
    return;
  }
  const transaction = client.multi();
  for (const command of redisCommands(event, projectBefore)) transaction.addCommand([...command]);
  transaction.addCommand(['SET', appliedKey, String(event.id)]);
  await transaction.exec();
}
