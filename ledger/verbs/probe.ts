import type { VerbContext } from './context.ts';

/** A write that changes nothing but has to reach the disk like any other. */
export async function probeWrite(ctx: VerbContext): Promise<void> {
  await ctx.trx
    .updateTable('ledger_state')
    .set((eb) => ({ generation: eb.ref('generation') }))
    .where('id', '=', 1)
    .execute();
}

export async function probeRead(ctx: VerbContext): Promise<void> {
  await ctx.trx.selectFrom('ledger_state').select('id').executeTakeFirstOrThrow();
}
