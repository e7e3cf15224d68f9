import { LongshoreError } from '../../model/error.ts';
import type { Topic } from '../ledger.ts';

/** What crosses between the main thread and a ledger thread, as structured clones. */
export type ThreadStart = { readonly directory: string; readonly sealKey: Uint8Array };
export type Request =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly verb: string;
      readonly input: unknown;
      readonly nowMs: number;
    }
  | { readonly kind: 'close' };
export type Call = Extract<Request, { kind: 'call' }>;
export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure };
export type Reply =
  | { readonly kind: 'ready' }
  /** Answers of one transaction, with what it changed. */
  | { readonly kind: 'answers'; readonly answers: readonly Answer[]; readonly topics: readonly Topic[] };

export type Failure = {
  readonly code: string;
  readonly message: string;
  readonly details: LongshoreError['details'];
};

/** A refusal of ours keeps its code; anything else that SQL threw means that the ledger cannot be used now. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LongshoreError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  const said = error instanceof Error ? error.message : String(error);
  return {
    code: 'ledger_unavailable',
    message: `The ledger could not do it, and nothing was changed: ${said}.`,
    details: {},
  };
}

export function toError(failure: Failure): LongshoreError {
  return new LongshoreError(failure.code, failure.message, { details: failure.details });
}
