import { sql, type Kysely, type Migration } from 'kysely';

type Db = { hosts: { name: string; inventory: string; workers: string }; ledger_state: { last_worker_id: number } };

/** Each slot of a host has an id, so that slots can be added and taken away while the host runs. */
export const workers: Migration = {
  async up(db: Kysely<Db>) {
    await sql`alter table ledger_state add column last_worker_id bigint not null default 0`.execute(db);
    await sql`alter table hosts add column workers text not null default '[]'`.execute(db);
    let lastId = 0;
    for (const host of await db.selectFrom('hosts').select(['name', 'inventory']).orderBy('name').execute()) {
      const { slots } = JSON.parse(host.inventory) as { readonly slots: number };
      const ids = Array.from({ length: slots }, (_, index) => lastId + 1 + index);
      lastId += slots;
      await db
        .updateTable('hosts')
        .set({ workers: JSON.stringify(ids) })
        .where('name', '=', host.name)
        .execute();
    }
    await db.updateTable('ledger_state').set({ last_worker_id: lastId }).execute();
  },
};
