import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { raiseGeneration } from './hello.ts';

/** Once for all who ask with the same `after`. */
export async function beginGeneration(ctx: VerbContext, input: { readonly after: number }): Promise<number> {
  const { generation, epoch_counter: counter } = await presentGeneration(ctx);
  return generation === input.after ? raiseGeneration(ctx, { generation, counter: counter + 1 }) : generation;
}
