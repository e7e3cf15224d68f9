import Database from 'libsql';
import { z } from 'zod';

const tableSchema = z.array(z.object({ name: z.string() }));
const rowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** Every row of a SQLite database that says one of these words in any of its columns: `<table>: <row>`. */
export const sqliteRowsSaying = (path: string, words: readonly string[]): readonly string[] => {
  const db = new Database(path);
  try {
    const tables = tableSchema.parse(db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all());
    return tables.flatMap(({ name }) =>
      db
        .prepare(`SELECT * FROM "${name}"`)
        .all()
        .map((row) => Object.values(rowSchema.parse(row)).join(','))
        .filter((text) => words.some((word) => text.includes(word)))
        .map((text) => `${name}: ${text}`),
    );
  } finally {
    db.close();
  }
};
