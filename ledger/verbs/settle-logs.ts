import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/**
 * Marks an ended job's logs complete once nothing more can come: nothing is held, no stream is open, and every attempt
 * whose container exited has a stream. (A container may exit before its first record was shipped.)
 */
export async function settleLogs(ctx: VerbContext, uid: JobUid): Promise<void> {
  const settled = await ctx.trx
    .updateTable('jobs')
    .set({ logs_complete: 1 })
    .where('uid', '=', uid)
    .where('logs_complete', '=', 0)
    .where('ended_at_ms', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('log_streams').select('uid').where('uid', '=', uid).where('finished', '=', 0))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('placements')
            .select('placements.uid')
            .where('placements.uid', '=', uid)
            .where((eb) =>
              eb.or([
                eb('released_at_ms', 'is', null),
                eb.and([
                  eb('proof', '=', 'exited'),
                  eb.not(
                    eb.exists(
                      eb
                        .selectFrom('log_streams')
                        .select('log_streams.uid')
                        .where('log_streams.uid', '=', uid)
                        .whereRef('log_streams.attempt', '=', 'placements.attempt'),
                    ),
                  ),
                ]),
              ]),
            ),
        ),
      ),
    )
    .returning('uid')
    .execute();
  if (settled.length === 0) return;
  ctx.touch(`log:${uid}`);
  ctx.touch(`job:${uid}`);
}
