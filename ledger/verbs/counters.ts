import type { VerbContext } from './context.ts';

type Counter = 'last_outbox_id' | 'last_queue_seq' | 'epoch_counter' | 'last_worker_id';

/** Raises a counter of the ledger and answers the last value given, with the present generation. Given once, whatever is deleted later. */
export function takeNext(
  ctx: VerbContext,
  counter: Counter,
  by = 1,
): Promise<{ readonly value: number; readonly generation: number }> {
  return ctx.trx
    .updateTable('ledger_state')
    .set((eb) => ({ [counter]: eb(counter, '+', by) }))
    .where('id', '=', 1)
    .returning([`${counter} as value`, 'generation'])
    .executeTakeFirstOrThrow();
}

export function presentGeneration(ctx: VerbContext): Promise<{ generation: number; epoch_counter: number }> {
  return ctx.trx
    .selectFrom('ledger_state')
    .select(['generation', 'epoch_counter'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
}

export const generation = async (ctx: VerbContext): Promise<number> => (await presentGeneration(ctx)).generation;
