/** A process of its own, against others like it: appends to one stream of a shared store until it has `count` records. */
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import { jobUidSchema } from '../../model/ids.ts';
import { ROLE } from './builders.ts';

const [url = '', directory = '', uid = '', name = '', count = '0'] = process.argv.slice(2);
const ledger = await openPostgresLedger({ url, sealKey: new Uint8Array(32), now: () => Date.now() });
const store = await openFileLogStore({ directory, ledger });
const ref = { uid: jobUidSchema.parse(uid), role: ROLE, replica: 0, attempt: 1 };

/** Batches of other sizes and other bytes than the rival's, so that what is mixed up shows. */
const batchFrom = (first: number) =>
  Array.from({ length: 1 + ((first + name.length) % 5) }, (_, index) => ({
    time: '2026-11-22T00:00:00.000000001Z',
    stream: 'stdout' as const,
    partial: false,
    text: Buffer.from(`${first + index} ${name.repeat(1 + ((first + index) % 7))}`),
  }));

for (let next = 0; next < Number(count);) ({ next } = await store.append(ref, next, batchFrom(next)));
await ledger.close();
