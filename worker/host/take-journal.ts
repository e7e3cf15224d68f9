import type { Journal } from '../../activities/docker/journal.ts';
import { LongshoreError } from '../../model/error.ts';
import { identify, lives } from '../process-identity.ts';

/**
 * Makes the journal this process's own. The lock of its directory is held, so whoever the journal names as its owner
 * and still lives uses another directory, which this one is a copy of: two of them on one engine would each start what
 * the other one does not know of. Throws LongshoreError('directory_copied').
 */
export const takeJournal = async (
  journal: Journal,
  host: { readonly name: string; readonly dataDir: string },
): Promise<void> => {
  const owner = journal.owner();
  if (owner !== null && owner.pid !== process.pid && (await lives(owner))) {
    throw new LongshoreError(
      'directory_copied',
      `${host.dataDir} is a copy of the data directory that process ${owner.pid} works with. ` +
        `Give this host a name of its own and an empty data directory, or stop that process first.`,
    );
  }
  const me = await identify(process.pid);
  if (me !== null) journal.ownedBy(me);
};
