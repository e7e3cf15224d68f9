import { sql, type Kysely, type Migration } from 'kysely';

/** Jobs that were deleted and are still being forgotten, and who is about to write or to remove a blob. */
export const deletions: Migration = {
  async up(db: Kysely<never>) {
    await sql`alter table jobs add column forgotten_with text`.execute(db);
    await sql`create index jobs_forgotten on jobs (forgotten_with) where forgotten_with is not null`.execute(db);
    await sql`create index jobs_of_an_id on jobs (job_id)`.execute(db);
    await sql`create index jobs_by_spec on jobs (spec_digest)`.execute(db);
    await sql`create index jobs_by_bundle on jobs (bundle_digest) where bundle_digest is not null`.execute(db);
    await sql`create index jobs_by_artifacts on jobs (artifacts_digest)
      where artifacts_digest is not null`.execute(db);
    await sql`create table replaced_blobs (
      job_id text not null, digest text not null, primary key (job_id, digest))`.execute(db);
    await sql`create table blob_claims (
      digest text not null, claimant text not null, until_ms bigint not null,
      primary key (digest, claimant))`.execute(db);
  },
};
