import { DatabaseError } from 'pg';
import { LongshoreError } from '../../model/error.ts';

/** character_not_in_repertoire: whoever asks again is answered so again. */
const UNTRANSLATABLE = '22021';

/**
 * A refusal of ours stays what it is; anything else that PostgreSQL or the way to it threw means that the ledger cannot
 * be used now. No cause is kept: the driver's errors quote rows, and a row may hold a secret.
 */
export function toUnavailable(error: unknown, consequence: string): LongshoreError {
  if (error instanceof LongshoreError) return error;
  if (error instanceof DatabaseError && error.code === UNTRANSLATABLE) {
    return new LongshoreError('text_unstorable', 'A text holds a NUL character, which PostgreSQL cannot keep');
  }
  return new LongshoreError('ledger_unavailable', `The ledger in PostgreSQL ${consequence}: ${said(error)}.`);
}

/** A prepared statement's tables were changed by a newer version: this connection is of no more use, the next one is. */
const PREPARED_FOR_ANOTHER_SCHEMA = '0A000';

/** PostgreSQL itself answered: the connection lives and only its transaction is lost. */
export function isStatementFailure(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR' && error.code !== PREPARED_FOR_ANOTHER_SCHEMA;
}

/** SQLSTATE 57P03 (starting up, in recovery), class 08 (connection), 53300 (too many clients), or no answer at all. */
export function passesByItself(error: unknown): boolean {
  if (error instanceof LongshoreError) return error.code === 'ledger_unavailable';
  if (!(error instanceof DatabaseError)) return true;
  return /^(57P0|08|53)/.test(error.code ?? '');
}

function said(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.message} (SQLSTATE ${error.code ?? 'unknown'})`;
  // A host name with several addresses fails with all their errors and a message of its own that is empty.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
