import { LongshoreError } from '../../model/error.ts';
import { createAesSpecSealer } from '../aes-spec-sealer.ts';
import type { Ledger, Topic } from '../ledger.ts';
import { verbLedger } from '../verb-ledger.ts';
import { PostgresReader } from './reader.ts';
import { schemaReady } from './schema-ready.ts';
import { withoutSecrets } from './server-url.ts';
import { Sessions } from './sessions.ts';
import { TopicChannel } from './topic-channel.ts';
import { PostgresWriter } from './writer.ts';

/** Reads at once per process; more wait their turn. */
const READ_CONNECTIONS = 8;

/**
 * Opens the ledger in a PostgreSQL database, made and migrated if need be; any number of processes may. A server that
 * is not there (yet) is no failure: calls throw LongshoreError('ledger_unavailable') until it is. One that refuses us
 * is: LongshoreError('ledger_refused'). `sealKey`: 32 bytes that seal specs, the same in every process.
 */
export async function openPostgresLedger(options: {
  readonly url: string;
  readonly sealKey: Uint8Array;
  readonly now: () => number;
}): Promise<Ledger> {
  const { url, sealKey, now } = options;
  // Throws before anything is opened when it is no URL of a server.
  withoutSecrets(url);
  const ready = schemaReady(url);
  await ready().catch((error: unknown) => {
    if (!(error instanceof LongshoreError && error.code === 'ledger_unavailable')) throw error;
  });
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  const onTopics = (topics: readonly Topic[]): void => listeners.forEach((listener) => listener(topics));
  const channel = new TopicChannel(url, onTopics);
  const shared = { sealer: createAesSpecSealer(sealKey), now, ready };
  return verbLedger({
    writer: new PostgresWriter({ ...shared, sessions: new Sessions(url, 'writer', 1), channel, onTopics }),
    reader: new PostgresReader({ ...shared, sessions: new Sessions(url, 'reader', READ_CONNECTIONS) }),
    listeners,
    closeLast: () => channel.close(),
  });
}
