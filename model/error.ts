/**
 * A surprise: something that should have worked did not. Expected refusals are values, not this.
 * The message names the thing, the fact and the way out, and never a secret. `code` is API, wording is not.
 */
export class LongshoreError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;

  constructor(
    code: string,
    message: string,
    options: {
      readonly details?: Readonly<Record<string, string | number | boolean | null>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'LongshoreError';
    this.code = code;
    this.details = options.details ?? {};
  }
}
