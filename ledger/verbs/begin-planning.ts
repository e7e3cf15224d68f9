import type { Epoch, PoolName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { raiseGeneration } from './hello.ts';

export async function beginPlanning(
  ctx: VerbContext,
  input: {
    readonly pool: PoolName;
    readonly highestEpoch?: Epoch | null;
    readonly withoutMemory?: boolean;
  },
): Promise<{ readonly token: number; readonly epoch: Epoch }> {
  await raiseGeneration(ctx, await highestSeen(ctx, input));
  const { planner_token: token } = await ctx.trx
    .insertInto('pools')
    .values({ pool: input.pool, planner_token: 1, compared_generation: null })
    .onConflict((conflict) =>
      conflict.column('pool').doUpdateSet((eb) => ({
        planner_token: eb('pools.planner_token', '+', 1),
        compared_generation: null,
      })),
    )
    .returning('planner_token')
    .executeTakeFirstOrThrow();
  const { generation, epoch_counter: counter } = await presentGeneration(ctx);
  return { token, epoch: { generation, counter } };
}

/** Where nobody remembers, whatever was given last may not be the last: what follows it counts as seen. */
async function highestSeen(
  ctx: VerbContext,
  input: { readonly highestEpoch?: Epoch | null; readonly withoutMemory?: boolean },
): Promise<Epoch | null> {
  if (input.withoutMemory !== true) return input.highestEpoch ?? null;
  const { generation, epoch_counter: counter } = await presentGeneration(ctx);
  return generation === 1 && counter === 0 ? null : { generation, counter: counter + 1 };
}
