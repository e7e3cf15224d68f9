import { createAesSpecSealer } from '../aes-spec-sealer.ts';
import type { Topic } from '../ledger.ts';
import { migrate } from '../migrations/migrate.ts';
import { writeVerbs } from '../verbs/write-verbs.ts';
import { openDatabase } from './database.ts';
import { toFailure, type Answer, type Call } from './protocol.ts';
import { serveThread, threadStart } from './thread-loop.ts';
import { runVerb } from './run-verb.ts';

/**
 * The one writer. All calls that wait are run in one transaction, each within its own savepoint, and are answered after
 * its commit: many callers share one sync of the disk, and nothing is acknowledged that is not on it.
 */
const start = threadStart();
const database = openDatabase(start.directory, 'write');
const sealer = createAesSpecSealer(start.sealKey);
await migrate(database.db);

serveThread({ runGroup, close: database.close });

async function runGroup(calls: readonly Call[]): Promise<{ answers: readonly Answer[]; topics: readonly Topic[] }> {
  const topics = new Set<Topic>();
  try {
    database.exec('BEGIN IMMEDIATE');
    const answers: Answer[] = [];
    for (const call of calls) answers.push(await runInSavepoint(call, topics));
    database.exec('COMMIT');
    return { answers, topics: [...topics] };
  } catch (error) {
    if (database.inTransaction()) database.exec('ROLLBACK');
    const failure = toFailure(error);
    return { answers: calls.map(({ id }) => ({ id, ok: false, failure })), topics: [] };
  }
}

/** Throws only when the whole transaction is lost. */
async function runInSavepoint(call: Call, topics: Set<Topic>): Promise<Answer> {
  database.exec('SAVEPOINT verb');
  const touched: Topic[] = [];
  const context = { trx: database.db, nowMs: call.nowMs, touch: (topic: Topic) => void touched.push(topic), sealer };
  const answer = await runVerb(writeVerbs, context, call);
  if (answer.ok) for (const topic of touched) topics.add(topic);
  else database.exec('ROLLBACK TO verb');
  database.exec('RELEASE verb');
  return answer;
}
