import type { JobUid } from '../../model/ids.ts';
import { fromJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';

export async function containerId(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<string | null> {
  const fact = await ctx.trx
    .selectFrom('facts')
    .innerJoin('jobs', (join) =>
      join
        .onRef('jobs.uid', '=', 'facts.uid')
        .onRef('jobs.live_generation', '=', 'facts.generation')
        .onRef('jobs.live_counter', '=', 'facts.counter'),
    )
    .select('facts.notice')
    .where('facts.uid', '=', input.uid)
    .where('facts.kind', '=', 'started')
    .executeTakeFirst();
  if (fact === undefined) return null;
  const notice = fromJson(fact.notice);
  return notice.kind === 'started' ? notice.containerId : null;
}
