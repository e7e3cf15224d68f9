import { Client } from 'pg';

/** Every row of a PostgreSQL database that says one of these words in any of its columns: `<table>: <row>`. */
export const rowsSaying = async (url: string, words: readonly string[]): Promise<readonly string[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const listed = await client.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const found: string[] = [];
    for (const { name } of listed.rows) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT t::text AS text FROM ${name} t WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) w WHERE strpos(t::text, w) > 0)`,
        [words],
      );
      found.push(...rows.map(({ text }) => `${name}: ${text}`));
    }
    return found;
  } finally {
    await client.end();
  }
};
