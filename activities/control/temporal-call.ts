import { isGrpcServiceError, type Client } from '@temporalio/client';
import { LongshoreError } from '../../model/error.ts';

/** One call within its time; what does not come is LongshoreError('temporal_unavailable') saying what was asked. */
export async function callTemporal<T>(
  client: Client,
  what: string,
  withinMs: number,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + withinMs, call);
  } catch (cause) {
    throw new LongshoreError(
      'temporal_unavailable',
      `Temporal did not ${what}: ${reasonOf(cause)}. Is it up, and is temporal.address right?`,
      { cause },
    );
  }
}

function reasonOf(cause: unknown): string {
  if (isGrpcServiceError(cause)) return cause.details || cause.message;
  if (cause instanceof Error) return isGrpcServiceError(cause.cause) ? cause.cause.details : cause.message;
  return String(cause);
}
