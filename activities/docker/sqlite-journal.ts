import Database from 'libsql';
import { ulid } from 'ulid';
import type { Epoch } from '../../model/ids.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import type { Journal } from './journal.ts';
import { readCount, readEntry, readEpoch, readOwner, readPending, readText } from './journal-rows.ts';

/** Far more starts than there can be between two hellos that the server accepted. */
const KEEP_STARTS = 500;
/**
 * A start that was asked for before its epoch was closed may come late: out of a queue, or in a process that was paused
 * with it in hand. Nobody waits a month for one, so that what refuses it need not stay longer, deleted job or not.
 */
const KEEP_CLOSED_MS = 30 * 24 * 3600 * 1000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS replicas (
  uid TEXT NOT NULL, role TEXT NOT NULL, replica INTEGER NOT NULL, generation INTEGER NOT NULL, counter INTEGER NOT NULL,
  job_id TEXT NOT NULL, attempt INTEGER NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('created', 'starting', 'started', 'closed')),
  container_id TEXT, run_limit TEXT, ended_by TEXT, result TEXT, usage TEXT, collected TEXT, changed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (uid, role, replica, generation, counter)
) STRICT;
CREATE TABLE IF NOT EXISTS closed (
  uid TEXT NOT NULL, role TEXT NOT NULL, replica INTEGER NOT NULL, generation INTEGER NOT NULL, counter INTEGER NOT NULL,
  closed_at_ms INTEGER NOT NULL, PRIMARY KEY (uid, role, replica)
) STRICT;
CREATE TABLE IF NOT EXISTS start_tries (
  uid TEXT NOT NULL, role TEXT NOT NULL, replica INTEGER NOT NULL, generation INTEGER NOT NULL, counter INTEGER NOT NULL,
  words TEXT NOT NULL, count INTEGER NOT NULL, failed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (uid, role, replica, generation, counter)
) STRICT;
CREATE TABLE IF NOT EXISTS highest (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL, counter INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pending (
  workflow_id TEXT NOT NULL, run_id TEXT NOT NULL, activity_id TEXT NOT NULL, PRIMARY KEY (workflow_id, run_id, activity_id)
) STRICT;
CREATE TABLE IF NOT EXISTS identity (one INTEGER PRIMARY KEY CHECK (one = 1), journal_id TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS beginning (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER, counter INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER NOT NULL, started_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS incarnations (ordinal INTEGER PRIMARY KEY, incarnation TEXT NOT NULL UNIQUE) STRICT;`;

const THIS_EPOCH = 'uid = ? AND role = ? AND replica = ? AND generation = ? AND counter = ?';
const UPSERT = `INSERT INTO replicas (uid, role, replica, generation, counter, job_id, attempt, phase, container_id, run_limit, changed_at_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET phase = excluded.phase,
  container_id = excluded.container_id, run_limit = coalesce(excluded.run_limit, run_limit), changed_at_ms = excluded.changed_at_ms`;
const COUNT_TRY = `INSERT INTO start_tries VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET
  count = CASE WHEN words = excluded.words THEN count + 1 ELSE 1 END, words = excluded.words, failed_at_ms = excluded.failed_at_ms`;
/** Its uid is a job id as good as any, and says nothing. */
const STRIP = `UPDATE replicas SET job_id = uid, container_id = NULL, run_limit = NULL, result = NULL, usage = NULL
  WHERE uid = ? AND collected IS NOT NULL`;
const RAISE_CLOSED = `INSERT INTO closed VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  generation = excluded.generation, counter = excluded.counter, closed_at_ms = excluded.closed_at_ms
  WHERE (excluded.generation, excluded.counter) >= (generation, counter)`;

/**
 * The journal as one SQLite file. Its calls are synchronous and short: one writer, and the directory lock sees to it
 * that there is no other process.
 */
export const openJournal = (path: string): Journal => {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(SCHEMA);
  const { changes: isNew } = db.prepare('INSERT OR IGNORE INTO identity VALUES (1, ?)').run(ulid());
  // One from before this was kept never gets it: what it does not know may be its own all the same.
  if (isNew > 0) db.prepare('INSERT INTO beginning VALUES (1, NULL, NULL)').run();
  // What works now outlives this process, not the machine: no commit of it waits for the disk.
  const ofProcess = new Database(path);
  ofProcess.pragma('synchronous = NORMAL');
  const begin = ofProcess.prepare('INSERT OR IGNORE INTO pending VALUES (?, ?, ?)');
  const end = ofProcess.prepare('DELETE FROM pending WHERE workflow_id = ? AND run_id = ? AND activity_id = ?');

  const atomically = (work: () => void): void => db.transaction(work).immediate();
  const idOf = (replica: Parameters<Journal['entry']>[0]): (string | number)[] => [
    replica.uid,
    replica.role,
    replica.replica,
    replica.epoch.generation,
    replica.epoch.counter,
  ];
  const readBeginning = (): Epoch | null =>
    readEpoch(db.prepare('SELECT generation, counter FROM beginning WHERE counter IS NOT NULL').get());
  let beginning = readBeginning();
  const highestEpoch = (): Epoch | null => {
    const came = readEpoch(db.prepare('SELECT generation, counter FROM highest').get());
    if (came === null || beginning === null) return came ?? beginning;
    return compareEpochs(came, beginning) > 0 ? came : beginning;
  };

  const write = (
    replica: Parameters<Journal['entry']>[0],
    phase: string,
    containerId: string,
    limit: Parameters<Journal['started']>[2],
  ): void => {
    const runLimit = limit === null ? null : JSON.stringify(limit);
    db.prepare(UPSERT).run(...idOf(replica), replica.jobId, replica.attempt, phase, containerId, runLimit, Date.now());
  };
  const close: Journal['close'] = (replica, nowMs) => {
    db.prepare(RAISE_CLOSED).run(...idOf(replica), nowMs);
    db.prepare(
      `UPDATE replicas SET phase = 'closed', changed_at_ms = ? WHERE uid = ? AND role = ? AND replica = ?
       AND (generation, counter) <= (?, ?)`,
    ).run(nowMs, ...idOf(replica));
    db.prepare(
      'DELETE FROM start_tries WHERE uid = ? AND role = ? AND replica = ? AND (generation, counter) <= (?, ?)',
    ).run(...idOf(replica));
  };

  return {
    highestEpoch,
    sawEpoch(epoch) {
      const highest = highestEpoch();
      if (highest !== null && compareEpochs(epoch, highest) <= 0) return;
      db.prepare('INSERT OR REPLACE INTO highest VALUES (1, ?, ?)').run(epoch.generation, epoch.counter);
    },
    closedEpoch(key) {
      const closed = readEpoch(
        db
          .prepare('SELECT generation, counter FROM closed WHERE uid = ? AND role = ? AND replica = ?')
          .get(key.uid, key.role, key.replica),
      );
      if (closed === null || beginning === null) return closed ?? beginning;
      return compareEpochs(closed, beginning) > 0 ? closed : beginning;
    },
    beganAfter(epoch) {
      db.prepare('UPDATE beginning SET generation = ?, counter = ? WHERE counter IS NULL').run(
        epoch.generation,
        epoch.counter,
      );
      beginning = readBeginning();
    },
    entry(replica) {
      const row: unknown = db.prepare(`SELECT * FROM replicas WHERE ${THIS_EPOCH}`).get(...idOf(replica));
      return row === undefined ? null : readEntry(row);
    },
    entries: () =>
      db.prepare('SELECT * FROM replicas WHERE collected IS NULL ORDER BY changed_at_ms').all().map(readEntry),
    created: (replica, containerId, limit) => write(replica, 'created', containerId, limit),
    starting(replica) {
      db.prepare(`UPDATE replicas SET phase = 'starting', changed_at_ms = ? WHERE ${THIS_EPOCH}`).run(
        Date.now(),
        ...idOf(replica),
      );
    },
    started(replica, containerId, limit) {
      atomically(() => {
        write(replica, 'started', containerId, limit);
        db.prepare(`DELETE FROM start_tries WHERE ${THIS_EPOCH}`).run(...idOf(replica));
      });
    },
    startFailed(replica, words, nowMs) {
      db.prepare(COUNT_TRY).run(...idOf(replica), words, nowMs);
      return readCount(db.prepare(`SELECT count FROM start_tries WHERE ${THIS_EPOCH}`).get(...idOf(replica)));
    },
    ending(replica, by) {
      db.prepare(`UPDATE replicas SET ended_by = coalesce(ended_by, ?) WHERE ${THIS_EPOCH}`).run(by, ...idOf(replica));
    },
    close: (replica, nowMs) => atomically(() => close(replica, nowMs)),
    settle(replica, result, usage, nowMs) {
      atomically(() => {
        db.prepare(
          `INSERT INTO replicas (uid, role, replica, generation, counter, job_id, attempt, phase, changed_at_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, 'closed', ?) ON CONFLICT DO NOTHING`,
        ).run(...idOf(replica), replica.jobId, replica.attempt, nowMs);
        db.prepare(`UPDATE replicas SET result = ?, usage = ? WHERE ${THIS_EPOCH}`).run(
          JSON.stringify(result),
          usage === null ? null : JSON.stringify(usage),
          ...idOf(replica),
        );
        close(replica, nowMs);
      });
    },
    collected(replica, result, nowMs) {
      atomically(() => {
        close(replica, nowMs);
        db.prepare(`UPDATE replicas SET collected = ? WHERE ${THIS_EPOCH}`).run(
          JSON.stringify(result),
          ...idOf(replica),
        );
      });
    },
    pending: () => db.prepare('SELECT * FROM pending').all().map(readPending),
    began: ({ workflowId, runId, activityId }) => void begin.run(workflowId, runId, activityId),
    ended: ({ workflowId, runId, activityId }) => void end.run(workflowId, runId, activityId),
    owner() {
      const row: unknown = db.prepare('SELECT pid, started_at AS "startedAt" FROM owner').get();
      return row === undefined ? null : readOwner(row);
    },
    ownedBy: ({ pid, startedAt }) =>
      void db.prepare('INSERT OR REPLACE INTO owner VALUES (1, ?, ?)').run(pid, startedAt),
    journalId: () => readText(db.prepare('SELECT journal_id AS text FROM identity').get()),
    incarnations: () => db.prepare('SELECT incarnation AS text FROM incarnations ORDER BY ordinal').all().map(readText),
    startedAs(incarnation) {
      atomically(() => {
        const { lastInsertRowid } = db.prepare('INSERT INTO incarnations (incarnation) VALUES (?)').run(incarnation);
        db.prepare('DELETE FROM incarnations WHERE ordinal <= ?').run(Number(lastInsertRowid) - KEEP_STARTS);
      });
    },
    forgetStart: (incarnation) => void db.prepare('DELETE FROM incarnations WHERE incarnation = ?').run(incarnation),
    forget(uid) {
      atomically(() => {
        db.prepare(STRIP).run(uid);
        db.prepare('DELETE FROM start_tries WHERE uid = ?').run(uid);
      });
    },
    prune(nowMs) {
      const before = nowMs - KEEP_CLOSED_MS;
      atomically(() => {
        db.prepare('DELETE FROM closed WHERE closed_at_ms < ?').run(before);
        db.prepare('DELETE FROM start_tries WHERE failed_at_ms < ?').run(before);
        db.prepare('DELETE FROM replicas WHERE collected IS NOT NULL AND changed_at_ms < ?').run(before);
      });
    },
    shut() {
      ofProcess.close();
      db.close();
    },
  };
};
