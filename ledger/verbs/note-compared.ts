import type { PoolName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

export async function noteCompared(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly token: number; readonly generation: number },
): Promise<void> {
  const noted = await ctx.trx
    .updateTable('pools')
    .set({ compared_generation: input.generation })
    .where('pool', '=', input.pool)
    .where('planner_token', '=', input.token)
    .where((eb) => eb.or([eb('compared_generation', 'is', null), eb('compared_generation', '!=', input.generation)]))
    .returning('pool')
    .execute();
  if (noted.length > 0) ctx.touch('queue');
}
