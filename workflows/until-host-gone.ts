import { condition } from '@temporalio/workflow';
import type { Placement } from '../model/job-record.ts';
import { books } from './bookkeeping.ts';

/** How long until the ledger is asked first; each time after that twice as long, so that a year makes no long history. */
const FIRST_MS = 5_000;
const LONGEST_MS = 60 * 60_000;

/**
 * Resolves once nobody is left who could do what was asked of this host: it was removed, or another engine goes by its
 * name. Who waits for what the ledger counts as given back already is not told of that, so it asks. `timesTold`: how often somebody
 * has said that the host is lost, which proves nothing, but is a reason to ask now.
 */
export async function untilHostGone(
  { host, engineId, epoch }: Pick<Placement, 'host' | 'engineId' | 'epoch'>,
  timesTold: () => number = () => 0,
): Promise<void> {
  let heard = 0;
  for (let waitMs = FIRST_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_MS)) {
    await condition(() => timesTold() > heard, waitMs);
    heard = timesTold();
    if (await books.isHostGone({ host, engineId, epoch })) return;
  }
}
