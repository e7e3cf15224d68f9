import { openJournal } from '../../activities/docker/sqlite-journal.ts';
import { replicaRefSchema } from '../../model/replica.ts';

/** Run as a process of its own: writes, says so, and waits to be killed. */
const [path = '', replicaText = ''] = process.argv.slice(2);
const replica = replicaRefSchema.parse(JSON.parse(replicaText));
const journal = openJournal(path);
journal.sawEpoch(replica.epoch);
journal.began({ workflowId: 'job:x', runId: 'r', activityId: '1' });
journal.created(replica, 'c1', { runTimeoutSec: null, stop: { signal: null, graceSec: 0 } });
journal.starting(replica);
process.send?.('written');
setInterval(() => undefined, 1_000);
