import { LongshoreError } from '../../model/error.ts';

export type Failure = {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  /** Set where the same request may succeed later. */
  readonly retryAfterSec: number | null;
};

const RETRY_AFTER_SEC = 5;

/** Errors whose message is for the caller. */
const statuses = new Map([
  ['body_too_deep', 400],
  ['ledger_unavailable', 503],
  ['blobs_unavailable', 503],
  ['temporal_unavailable', 503],
  ['log_record_invalid', 400],
  ['text_unstorable', 400],
  ['unknown_job', 404],
]);

const hasStatus = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error && 'status' in error && typeof error.status === 'number';

const isTooLarge = (error: Error): error is Error & { readonly limit: number } =>
  'limit' in error && typeof error.limit === 'number';

const ofRequest = (error: Error & { readonly status: number }): Failure => {
  const failure = (code: string, text: string): Failure => ({ status: error.status, code, text, retryAfterSec: null });
  if (error.status === 413 && isTooLarge(error)) {
    return failure('body_too_large', `The request's body is larger than the limit of ${error.limit} bytes`);
  }
  if ('type' in error && error.type === 'entity.parse.failed') {
    return failure('malformed_json', "The request's body is not valid JSON");
  }
  return failure('bad_request', 'The request cannot be read: its path, encoding or length is malformed');
};

/** What a thrown error is answered with. What is not known to be the caller's doing is a 500 that tells nothing of it. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof LongshoreError) {
    const status = statuses.get(error.code);
    if (status !== undefined) {
      return { status, code: error.code, text: error.message, retryAfterSec: status === 503 ? RETRY_AFTER_SEC : null };
    }
  } else if (hasStatus(error) && error.status >= 400 && error.status < 500) {
    return ofRequest(error);
  }
  return {
    status: 500,
    code: 'internal_error',
    text: 'Longshore failed to answer this; its log says why',
    retryAfterSec: null,
  };
};
