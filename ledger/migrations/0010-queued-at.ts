import { sql, type Kysely, type Migration } from 'kysely';

/** Since when each job waits. What waited before this was known counts from its admission. */
export const queuedAt: Migration = {
  async up(db: Kysely<never>) {
    await sql`alter table jobs add column queued_at_ms bigint not null default 0`.execute(db);
    await sql`update jobs set queued_at_ms = admitted_at_ms where ended_at_ms is null`.execute(db);
  },
};
