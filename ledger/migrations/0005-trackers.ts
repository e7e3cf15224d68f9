import { sql, type Kysely, type Migration } from 'kysely';

/** What trackers are to be told, and how far each has been. */
export const trackers: Migration = {
  async up(db: Kysely<never>) {
    await sql`create table tracker_state (
      id integer primary key check (id = 1), ledger_id text not null, last_event_id bigint not null)`.execute(db);
    await sql`insert into tracker_state values (1, '', 0)`.execute(db);
    await sql`create table trackers (
      name text primary key, holder text not null, beat bigint not null, delivered_id bigint not null)`.execute(db);
    await sql`create table tracker_events (id bigint primary key, event text not null)`.execute(db);
  },
};
