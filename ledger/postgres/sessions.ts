import { Kysely, PostgresDialect, type PostgresCursor, type PostgresQueryResult } from 'kysely';
import {
  Pool,
  TypeOverrides,
  type Client,
  type PoolClient,
  type PoolConfig,
  type QueryConfig,
  type QueryResult,
} from 'pg';
import type { LedgerSchema } from '../schema.ts';

/** A server that does not answer a connection in this time is not there. */
const CONNECT_WITHIN_MS = 3_000;
/** A statement that gets no answer in this time: the way to the server is cut. */
const ANSWER_WITHIN_MS = 30_000;
/**
 * A process that stands still inside a transaction (stopped, swapped out, cut off) holds the ledger's lock. The server
 * ends its transaction after this, so that the others go on.
 */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** How long a write waits for the writes of other processes before it is refused as unavailable. */
const LOCK_WITHIN_MS = 5_000;

/** Well above the statements of all verbs; only lists of ids of ever new lengths could exceed it. */
const MOST_PREPARED = 500;

const INT8 = 20;
const NUMERIC = 1700;

type Row = Readonly<Record<string, unknown>>;

/** One connection, taken for one transaction. */
export type Session = {
  readonly db: Kysely<LedgerSchema>;
  /** Statements without parameters, several at once if need be; the rows of the last one that has any. */
  readonly exec: (statements: string) => Promise<readonly Row[]>;
};

/** Sums, counts and times as numbers, as SQLite gives them. None of them comes near 2^53. */
function numericTypes(): TypeOverrides {
  const types = new TypeOverrides();
  types.setTypeParser(INT8, Number);
  types.setTypeParser(NUMERIC, Number);
  return types;
}

export function connectionOptions(url: string, purpose: string): PoolConfig {
  return {
    connectionString: url,
    application_name: `longshore ${purpose}`,
    types: numericTypes(),
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    lock_timeout: LOCK_WITHIN_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
}

/** Connections kept open for transactions. One that broke is never used again; the next one is a new one. */
export class Sessions {
  readonly #pool: Pool;
  readonly #databases = new WeakMap<PoolClient, Kysely<LedgerSchema>>();

  constructor(url: string, purpose: string, most: number) {
    this.#pool = new Pool({ ...connectionOptions(url, purpose), max: most });
    // What breaks while idle is dropped by the pool; what breaks in use fails the statement that waits on it.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Runs `use` with a connection of its own. A failure that left the connection in doubt ends the connection. */
  async use<T>(use: (session: Session) => Promise<T>, isInDoubt: (error: unknown) => boolean): Promise<T> {
    const client = await this.#pool.connect();
    let broken = false;
    try {
      return await use({ db: this.#databaseOf(client), exec: (statements) => exec(client, statements) });
    } catch (error) {
      broken = isInDoubt(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #databaseOf(client: PoolClient): Kysely<LedgerSchema> {
    const known = this.#databases.get(client);
    if (known !== undefined) return known;
    const made = kyselyOver(client);
    this.#databases.set(client, made);
    return made;
  }
}

/** The query builder over one connection, whose transactions the caller begins and ends. */
export function kyselyOver(client: Client | PoolClient): Kysely<LedgerSchema> {
  const names = new Map<string, string>();
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(asked: string | PostgresCursor<unknown>, values: readonly unknown[] = []): unknown {
    if (typeof asked !== 'string') throw new Error('the ledger keeps no cursor');
    return client.query(prepared(names, asked, values));
  }
  const connection = { query, release: () => undefined };
  return new Kysely<LedgerSchema>({
    dialect: new PostgresDialect({
      pool: { connect: () => Promise.resolve(connection), end: () => Promise.resolve() },
    }),
  });
}

/** The server parses and plans each text once per connection; beyond so many texts every time. */
function prepared(names: Map<string, string>, text: string, given: readonly unknown[]): QueryConfig {
  if (given.length === 0) return { text };
  const values = [...given];
  const known = names.get(text);
  if (known !== undefined) return { name: known, text, values };
  if (names.size >= MOST_PREPARED) return { text, values };
  const name = `longshore_${names.size}`;
  names.set(text, name);
  return { name, text, values };
}

async function exec(client: PoolClient, statements: string): Promise<readonly Row[]> {
  // Several statements in one text give several results; the driver's types know of one only.
  const answered: QueryResult<Row> | readonly QueryResult<Row>[] = await client.query<Row>(statements);
  return [answered].flat().findLast(({ rows }) => rows.length > 0)?.rows ?? [];
}
