import type { TrackerEvent } from '../../model/tracker-event.ts';
import { fromJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';

/** Ids are given by the one writer, so none below the newest that is seen can still appear. */
export async function trackerEvents(
  ctx: VerbContext,
  input: { readonly tracker: string; readonly limit: number },
): Promise<readonly TrackerEvent[]> {
  const rows = await ctx.trx
    .selectFrom('tracker_events')
    .select('event')
    .where('id', '>', (eb) => eb.selectFrom('trackers').select('delivered_id').where('name', '=', input.tracker))
    .orderBy('id')
    .limit(input.limit)
    .execute();
  return rows.map(({ event }) => fromJson(event));
}
