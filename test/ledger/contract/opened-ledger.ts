import type { Ledger } from '../../../ledger/ledger.ts';

/** A fresh ledger per call, the clock it reads, and a look at its database: `<table>: <row>`, as the database prints it. */
export type OpenedLedger = {
  readonly ledger: Ledger;
  readonly clock: { nowMs: number };
  readonly rowsSaying: (word: string) => Promise<readonly string[]>;
};
export type OpenLedger = () => Promise<OpenedLedger>;
