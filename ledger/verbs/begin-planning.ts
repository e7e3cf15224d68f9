import type { PoolName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

export async function beginPlanning(
  ctx: VerbContext,
  input: { readonly pool: PoolName },
): Promise<{ readonly token: number }> {
  const { planner_token: token } = await ctx.trx
    .insertInto('pools')
    .values({ pool: input.pool, planner_token: 1 })
    .onConflict((conflict) =>
      conflict.column('pool').doUpdateSet((eb) => ({ planner_token: eb('pools.planner_token', '+', 1) })),
    )
    .returning('planner_token')
    .executeTakeFirstOrThrow();
  return { token };
}
