import type { Kysely } from 'kysely';
import type { Topic } from '../ledger.ts';
import type { LedgerSchema } from '../schema.ts';
import type { SpecSealer } from '../spec-sealer.ts';

/**
 * What a verb runs in: one transaction of its own, which its runner opened and commits. A verb that throws leaves
 * nothing behind. SQL in verbs is the part that SQLite and PostgreSQL share.
 */
export type VerbContext = {
  readonly trx: Kysely<LedgerSchema>;
  readonly nowMs: number;
  /** Told to subscribers once the transaction is committed. */
  readonly touch: (topic: Topic) => void;
  readonly sealer: SpecSealer;
};
