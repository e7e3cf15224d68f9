import { sql, type Kysely, type Migration } from 'kysely';

/** The tables of the first release. `schema.ts` says what each column means. */
export const firstVoyage: Migration = {
  async up(db: Kysely<never>) {
    await createMeta(db);
    await createJobs(db);
    await createPlacements(db);
    await createMessages(db);
  },
};

async function createMeta(db: Kysely<never>): Promise<void> {
  await sql`create table ledger_state (
    id integer primary key check (id = 1), generation integer not null, epoch_counter bigint not null,
    last_outbox_id bigint not null, last_queue_seq bigint not null)`.execute(db);
  await sql`insert into ledger_state values (1, 1, 0, 0, 0)`.execute(db);
  await sql`create table pools (pool text primary key, planner_token bigint not null)`.execute(db);
  await sql`create table specs (digest text primary key, sealed text not null)`.execute(db);
  await sql`create table bundles (job_id text primary key, digest text not null, bytes bigint not null)`.execute(db);
  await sql`create table hosts (
    name text primary key, pool text not null, engine_id text not null, session text not null,
    incarnation text not null, inventory text not null, reported text not null, generation integer not null,
    hello_at_ms bigint not null)`.execute(db);
}

async function createJobs(db: Kysely<never>): Promise<void> {
  await sql`create table jobs (
    uid text primary key, job_id text not null, current integer not null, pool text not null, project text not null,
    owner text not null, state text not null, reason text not null, sentence text not null,
    queue_seq bigint not null unique, start_confirmed integer not null, withdrawn_at_ms bigint,
    cancel_requested_at_ms bigint, attempt integer not null, max_attempts integer not null, image text not null,
    role text not null, resources text not null, spec_digest text not null references specs (digest),
    bundle_digest text, metadata text not null, input text not null, live_generation integer, live_counter bigint,
    admitted_at_ms bigint not null, placed_at_ms bigint, started_at_ms bigint, ended_at_ms bigint, exit text,
    usage text, artifacts_digest text, logs_complete integer not null, workflow_closed integer not null,
    last_heard_at_ms bigint not null)`.execute(db);
  await sql`create unique index jobs_one_current on jobs (job_id) where current = 1`.execute(db);
  await sql`create unique index jobs_one_open on jobs (job_id)
    where ended_at_ms is null and withdrawn_at_ms is null`.execute(db);
  await sql`create index jobs_by_state on jobs (state, queue_seq) where current = 1`.execute(db);
  await sql`create index jobs_waiting on jobs (pool, queue_seq, ended_at_ms, withdrawn_at_ms, live_counter)
    where ended_at_ms is null and withdrawn_at_ms is null and live_counter is null`.execute(db);
  await sql`create index jobs_to_sweep on jobs (pool, last_heard_at_ms) where workflow_closed = 0`.execute(db);
  await sql`create table runs (
    uid text not null references jobs (uid), run_id text not null, ordinal integer not null,
    primary key (uid, run_id), unique (uid, ordinal))`.execute(db);
  await sql`create table records (
    uid text not null references jobs (uid), run_ordinal integer not null, sequence integer not null,
    at_ms bigint not null, entry text not null, answer text not null,
    primary key (uid, run_ordinal, sequence))`.execute(db);
}

async function createPlacements(db: Kysely<never>): Promise<void> {
  await sql`create table placements (
    uid text not null references jobs (uid), generation integer not null, counter bigint not null, role text not null,
    replica integer not null, host text not null references hosts (name), engine_id text not null,
    attempt integer not null, resources text not null, gpu_ids text not null, claimed_ordinal integer,
    placed_at_ms bigint not null, released_at_ms bigint, proof text,
    primary key (uid, generation, counter, role, replica))`.execute(db);
  await sql`create index placements_held on placements (host) where released_at_ms is null`.execute(db);
  await sql`create table held_gpus (
    host text not null references hosts (name), gpu_id text not null, uid text not null references jobs (uid),
    generation integer not null, counter bigint not null, primary key (host, gpu_id))`.execute(db);
  await sql`create index held_gpus_by_job on held_gpus (uid)`.execute(db);
}

async function createMessages(db: Kysely<never>): Promise<void> {
  await sql`create table facts (
    uid text not null references jobs (uid), generation integer not null, counter bigint not null, role text not null,
    replica integer not null, kind text not null, notice text not null, received_at_ms bigint not null,
    primary key (uid, generation, counter, role, replica, kind))`.execute(db);
  await sql`create table outbox (
    id bigint primary key, uid text not null references jobs (uid), job_id text not null, kind text not null,
    message text not null, due_at_ms bigint not null, tries integer not null)`.execute(db);
  await sql`create index outbox_by_job on outbox (uid, id)`.execute(db);
  await sql`create table log_streams (
    uid text not null, role text not null, replica integer not null, attempt integer not null,
    next_ordinal bigint not null, bytes bigint not null, finished integer not null,
    primary key (uid, role, replica, attempt))`.execute(db);
}
