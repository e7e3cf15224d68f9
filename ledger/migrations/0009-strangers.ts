import { sql, type Kysely, type Migration } from 'kysely';

/** Who brings down what a host holds of a job that has no row is told from the outbox, too. */
export const strangers: Migration = {
  async up(db: Kysely<never>) {
    await sql`create table outbox_for_all (
      id bigint primary key, uid text not null, job_id text not null, kind text not null,
      message text not null, due_at_ms bigint not null, tries integer not null)`.execute(db);
    await sql`insert into outbox_for_all
      select id, uid, job_id, kind, message, due_at_ms, tries from outbox`.execute(db);
    await sql`drop table outbox`.execute(db);
    await sql`alter table outbox_for_all rename to outbox`.execute(db);
    await sql`create index outbox_by_job on outbox (uid, id)`.execute(db);
  },
};
