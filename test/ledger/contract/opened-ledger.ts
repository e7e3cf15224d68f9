import type { Ledger } from '../../../ledger/ledger.ts';

/** A fresh ledger per call, and the clock it reads. */
export type OpenedLedger = { readonly ledger: Ledger; readonly clock: { nowMs: number } };
export type OpenLedger = () => Promise<OpenedLedger>;
