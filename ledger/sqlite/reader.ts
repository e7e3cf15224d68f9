import { createAesSpecSealer } from '../aes-spec-sealer.ts';
import { readVerbs } from '../verbs/read-verbs.ts';
import { openDatabase } from './database.ts';
import { toFailure, type Answer, type Call } from './protocol.ts';
import { runVerb } from './run-verb.ts';
import { serveThread, threadStart } from './thread-loop.ts';

/** Each read in one transaction of its own: one snapshot, never older than any write that was answered before. */
const start = threadStart();
const database = openDatabase(start.directory, 'read');
const sealer = createAesSpecSealer(start.sealKey);

serveThread({
  async runGroup(calls) {
    const answers: Answer[] = [];
    for (const call of calls) answers.push(await runRead(call));
    return { answers, topics: [] };
  },
  close: database.close,
});

async function runRead(call: Call): Promise<Answer> {
  try {
    database.exec('BEGIN');
    const touch = (): void => {
      throw new Error(`the read verb ${call.verb} touches a topic`);
    };
    const answer = await runVerb(readVerbs, { trx: database.db, nowMs: call.nowMs, touch, sealer }, call);
    database.exec('COMMIT');
    return answer;
  } catch (error) {
    if (database.inTransaction()) database.exec('ROLLBACK');
    return { id: call.id, ok: false, failure: toFailure(error) };
  }
}
