import { sql, type Kysely, type Migration } from 'kysely';

/** Ranks, pins and holds: the queue can be reordered. What waits keeps the order of its admission. */
export const queueOrder: Migration = {
  async up(db: Kysely<never>) {
    await sql`alter table jobs add column rank bigint not null default 0`.execute(db);
    await sql`alter table jobs add column pinned_before text`.execute(db);
    await sql`alter table jobs add column held_at_ms bigint`.execute(db);
    await sql`update jobs set rank = queue_seq * 1048576`.execute(db);
    await sql`drop index jobs_waiting`.execute(db);
    await sql`create index jobs_open on jobs (pool, rank, uid, ended_at_ms, withdrawn_at_ms, live_counter)
      where ended_at_ms is null and withdrawn_at_ms is null`.execute(db);
    await sql`create index jobs_pinned on jobs (pinned_before) where pinned_before is not null`.execute(db);
    await sql`create index jobs_by_id on jobs (job_id, queue_seq)`.execute(db);
  },
};
