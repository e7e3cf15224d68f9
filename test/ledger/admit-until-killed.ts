/** A process of its own, to be killed: admits jobs as fast as it can and prints the id of each acknowledged one. */
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { anAdmission } from './builders.ts';

const [directory = ''] = process.argv.slice(2);
const ledger = await openSqliteLedger({ directory, sealKey: new Uint8Array(32), now: () => Date.now() });
let next = 0;
const admitForever = async (): Promise<never> => {
  for (;;) {
    const name = `job-${(next += 1)}`;
    await ledger.admit(anAdmission(name, { maxQueued: 1_000_000 }));
    process.stdout.write(`${name}\n`);
  }
};
await Promise.all(Array.from({ length: 20 }, admitForever));
