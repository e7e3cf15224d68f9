import { join } from 'node:path';
import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely';
import Database from 'libsql';
import type { LedgerSchema } from '../schema.ts';

export type OpenDatabase = {
  readonly db: Kysely<LedgerSchema>;
  /** Begin, commit and savepoints, which the threads do themselves. */
  readonly exec: (statement: string) => void;
  readonly inTransaction: () => boolean;
  readonly close: () => void;
};

const BUSY = 'busy_timeout = 5000';
const PRAGMAS = {
  write: [BUSY, 'journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'],
  read: [BUSY, 'query_only = ON'],
};

/** One connection, for one worker thread: every call blocks the thread that makes it. */
export function openDatabase(directory: string, use: keyof typeof PRAGMAS): OpenDatabase {
  const raw = new Database(join(directory, 'ledger.db'));
  for (const pragma of PRAGMAS[use]) raw.pragma(pragma);
  const database = { prepare: rememberStatements(raw), close: () => void raw.close() };
  return {
    db: new Kysely<LedgerSchema>({ dialect: new SqliteDialect({ database }) }),
    exec: (statement) => void raw.exec(statement),
    inTransaction: () => raw.inTransaction,
    close: () => void raw.close(),
  };
}

/** Well above the statements of all verbs; only lists of ids of ever new lengths could exceed it. */
const MOST_STATEMENTS = 500;

/** Preparing costs more than running: each SQL text is prepared once. Kysely runs every statement to its end. */
function rememberStatements(raw: Database.Database): (sql: string) => SqliteStatement {
  const known = new Map<string, SqliteStatement>();
  return (sql) => {
    const earlier = known.get(sql);
    if (earlier !== undefined) return earlier;
    if (known.size >= MOST_STATEMENTS) known.clear();
    const statement = prepared(raw.prepare(sql));
    known.set(sql, statement);
    return statement;
  };
}

/** Rows are made here, from arrays of their values: the binding takes twice as long to make an object of one. */
function prepared(statement: Database.Statement): SqliteStatement {
  const run = (parameters: readonly unknown[]): Database.RunResult => statement.run(...parameters);
  if (!statement.reader) return { reader: false, run, all: () => [], iterate: () => [].values() };
  const names = statement.columns().map(({ name }) => name);
  statement.raw();
  const toRow = (values: unknown): Readonly<Record<string, unknown>> => {
    const row: Record<string, unknown> = {};
    // What a raw statement gives.
    const given = values as readonly unknown[];
    names.forEach((name, index) => {
      row[name] = given[index];
    });
    return row;
  };
  return {
    ...{ reader: true, run },
    all: (parameters) => statement.all(...parameters).map(toRow),
    *iterate(parameters) {
      for (const values of statement.iterate(...parameters)) yield toRow(values);
    },
  };
}
