import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../model/error.ts';
import type { Topic } from '../ledger.ts';
import type { SpecSealer } from '../spec-sealer.ts';
import type { VerbCaller, VerbInput, VerbOutput } from '../verb-ledger.ts';
import { writeVerbs, type WriteVerbs } from '../verbs/write-verbs.ts';
import { isStatementFailure, toUnavailable } from './failure.ts';
import type { Session, Sessions } from './sessions.ts';
import type { TopicChannel } from './topic-channel.ts';

/** Bounds how long a transaction holds the ledger's lock, and how long its first caller waits for the others. */
const MAX_GROUP = 64;
/** An arbitrary number of our own: who holds this lock of the database writes to its ledger. */
const LEDGER_LOCK = 7_205_759_403;
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${LEDGER_LOCK}); SELECT pg_current_xact_id()::text AS xid`;
/** How long to ask what became of a commit whose answer was lost. */
const OUTCOME_WITHIN_MS = 3_000;
const OUTCOME_PAUSE_MS = 100;

type Verb = (context: object, input: unknown) => Promise<unknown>;
type Waiting = {
  readonly verb: keyof WriteVerbs;
  readonly input: unknown;
  readonly nowMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LongshoreError) => void;
};
type Answered = { readonly call: Waiting } & (
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: LongshoreError }
);
type Done = { readonly answers: Answered[]; readonly topics: Set<Topic> };
type Deps = {
  /** With room for one connection: more than one write at once there cannot be. */
  readonly sessions: Sessions;
  readonly channel: TopicChannel;
  readonly sealer: SpecSealer;
  readonly now: () => number;
  readonly onTopics: (topics: readonly Topic[]) => void;
  /** Resolves once the schema is there. */
  readonly ready: () => Promise<void>;
};

/**
 * The write verbs, one writer at a time over all processes: each transaction first takes the ledger's lock, and every
 * statement after that sees all that was committed before. All calls that wait in this process share a transaction and
 * are answered after its commit. Where one of them throws, all is undone and run again, now each within its own
 * savepoint: every statement is a way to the server and back, and nearly always two for each call are saved.
 */
export class PostgresWriter implements VerbCaller<WriteVerbs> {
  readonly #deps: Deps;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async call<K extends keyof WriteVerbs>(verb: K, input: VerbInput<WriteVerbs, K>): Promise<VerbOutput<WriteVerbs, K>> {
    if (this.#closed) throw toUnavailable(new Error('it was closed'), 'is not in use any more');
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ verb, input, nowMs: this.#deps.now(), resolve, reject });
      this.#running ??= this.#runAll();
    });
    // What this very verb returned.
    return answer as VerbOutput<WriteVerbs, K>;
  }

  /** Waits until everything asked so far is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#deps.sessions.close();
  }

  async #runAll(): Promise<void> {
    // What is asked in the same turn of the event loop shares the first commit.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0, MAX_GROUP);
      try {
        await this.#deps.ready();
        await this.#runGroup(calls);
      } catch (error) {
        const failure = toUnavailable(error, 'could not do it, and nothing was changed');
        for (const call of calls) call.reject(failure);
      }
    }
    this.#running = null;
  }

  /** Throws only when nothing of it was committed, or nobody can say. */
  async #runGroup(calls: readonly Waiting[]): Promise<void> {
    const done: Done = { answers: [], topics: new Set() };
    try {
      await this.#deps.sessions.use(async (session) => {
        if (!(await this.#runTogether(session, calls, done))) await this.#runApart(session, calls, done);
      }, isInDoubt);
    } catch (error) {
      if (!(error instanceof LostCommit)) throw error;
      await this.#learnOutcome(error);
    }
    this.#deps.onTopics([...done.topics]);
    for (const answer of done.answers) {
      if (answer.ok) answer.call.resolve(answer.value);
      else answer.call.reject(answer.error);
    }
  }

  /** False: one of the calls threw, and nothing was done. */
  async #runTogether(session: Session, calls: readonly Waiting[], done: Done): Promise<boolean> {
    const xid = await this.#begin(session);
    try {
      for (const call of calls)
        done.answers.push({ call, ok: true, value: await this.#run(session, call, done.topics) });
    } catch (error) {
      if (!(error instanceof LongshoreError || isStatementFailure(error))) throw error;
      await session.exec('ROLLBACK');
      done.answers.length = 0;
      done.topics.clear();
      return false;
    }
    await this.#commit(session, xid, done.topics);
    return true;
  }

  async #runApart(session: Session, calls: readonly Waiting[], done: Done): Promise<void> {
    const xid = await this.#begin(session);
    for (const call of calls) {
      done.answers.push(await this.#orRollBack(session, () => this.#runInSavepoint(session, call, done.topics)));
    }
    await this.#commit(session, xid, done.topics);
  }

  /** Answers the transaction's id. */
  async #begin(session: Session): Promise<string> {
    const [begun] = await this.#orRollBack(session, () => session.exec(BEGIN));
    return String(begun?.['xid']);
  }

  async #commit(session: Session, xid: string, topics: ReadonlySet<Topic>): Promise<void> {
    const commit = `${this.#deps.channel.announcement([...topics])}COMMIT`;
    await this.#orRollBack(session, () => session.exec(commit)).catch((error: unknown) => {
      throw isStatementFailure(error) ? error : new LostCommit(xid, error);
    });
  }

  #run(session: Session, { verb, nowMs, input }: Waiting, topics: Set<Topic>): Promise<unknown> {
    const touch = (topic: Topic): void => void topics.add(topic);
    // The caller's input was checked against this very verb.
    return (writeVerbs[verb] as Verb)({ trx: session.db, nowMs, touch, sealer: this.#deps.sealer }, input);
  }

  async #orRollBack<T>(session: Session, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (isStatementFailure(error)) await session.exec('ROLLBACK');
      throw error;
    }
  }

  /** Throws only when the whole transaction is lost. */
  async #runInSavepoint(session: Session, call: Waiting, topics: Set<Topic>): Promise<Answered> {
    await session.exec('SAVEPOINT verb');
    const touched = new Set<Topic>();
    try {
      const value = await this.#run(session, call, touched);
      await session.exec('RELEASE SAVEPOINT verb');
      for (const topic of touched) topics.add(topic);
      return { call, ok: true, value };
    } catch (error) {
      const failure = toUnavailable(error, 'could not do it, and nothing was changed');
      if (failure !== error && !isStatementFailure(error)) throw error;
      await session.exec('ROLLBACK TO SAVEPOINT verb; RELEASE SAVEPOINT verb');
      return { call, ok: false, error: failure };
    }
  }

  /** PostgreSQL knows what became of a transaction whose answer was lost. Resolves if it is committed. */
  async #learnOutcome({ xid, cause }: LostCommit): Promise<void> {
    const deadlineMs = performance.now() + OUTCOME_WITHIN_MS;
    while (performance.now() < deadlineMs) {
      const status = await this.#statusOf(xid);
      if (status === 'committed') return;
      if (status === 'aborted') throw cause;
      await sleep(OUTCOME_PAUSE_MS);
    }
    throw toUnavailable(cause, 'was lost while it committed, and whether it did is not known; ask again');
  }

  /** Null: the server does not answer yet. */
  async #statusOf(xid: string): Promise<unknown> {
    try {
      return await this.#deps.sessions.use(async (session) => {
        const [row] = await session.exec(`SELECT pg_xact_status('${xid}'::xid8) AS status`);
        return row?.['status'] ?? null;
      }, isInDoubt);
    } catch {
      return null;
    }
  }
}

/** The connection broke between COMMIT and its answer. */
class LostCommit extends Error {
  readonly xid: string;

  constructor(xid: string, cause: unknown) {
    super('the connection was lost during the commit', { cause });
    this.xid = xid;
  }
}

/** Whatever PostgreSQL did not answer itself leaves the connection somewhere in between. */
const isInDoubt = (error: unknown): boolean => !isStatementFailure(error);
