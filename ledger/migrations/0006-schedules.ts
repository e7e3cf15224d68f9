import { sql, type Kysely, type Migration } from 'kysely';

/** What schedules were asked for, what Temporal is still to be told of them, and what became of their runs. */
export const schedules: Migration = {
  async up(db: Kysely<never>) {
    await sql`create table schedules (
      uid text primary key, job_id text not null, pool text not null, project text not null, owner text not null,
      spec_digest text not null references specs (digest), bundle_digest text, image text not null,
      metadata text not null, timing text not null, rules text not null, paused integer not null, note text not null,
      created_at_ms bigint not null, changed_at_ms bigint not null, deleted_at_ms bigint)`.execute(db);
    await sql`create unique index schedules_one_of_an_id on schedules (job_id) where deleted_at_ms is null`.execute(db);
    await sql`create table schedule_changes (
      id bigint primary key, uid text not null references schedules (uid), change text not null,
      due_at_ms bigint not null, tries integer not null)`.execute(db);
    await sql`create index schedule_changes_in_order on schedule_changes (uid, id)`.execute(db);
    await sql`create table schedule_runs (
      schedule_uid text not null references schedules (uid), starter_run_id text not null, nominal_at_ms bigint not null,
      job_id text not null, uid text references jobs (uid), skipped_because text, at_ms bigint not null,
      primary key (schedule_uid, starter_run_id))`.execute(db);
    await sql`create index schedule_runs_in_order on schedule_runs (schedule_uid, at_ms)`.execute(db);
    await sql`create index schedule_runs_by_job on schedule_runs (uid)`.execute(db);
  },
};
