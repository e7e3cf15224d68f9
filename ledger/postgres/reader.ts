import { LongshoreError } from '../../model/error.ts';
import type { SpecSealer } from '../spec-sealer.ts';
import type { VerbCaller, VerbInput, VerbOutput } from '../verb-ledger.ts';
import type { VerbContext } from '../verbs/context.ts';
import { readVerbs, type ReadVerbs } from '../verbs/read-verbs.ts';
import { isStatementFailure, toUnavailable } from './failure.ts';
import type { Session, Sessions } from './sessions.ts';

type Verb = (context: VerbContext, input: unknown) => Promise<unknown>;
type Deps = {
  readonly sessions: Sessions;
  readonly sealer: SpecSealer;
  readonly now: () => number;
  readonly ready: () => Promise<void>;
};

/** Each read in one snapshot of its own, which has every write that was answered before, whoever made it. */
export class PostgresReader implements VerbCaller<ReadVerbs> {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async call<K extends keyof ReadVerbs>(verb: K, input: VerbInput<ReadVerbs, K>): Promise<VerbOutput<ReadVerbs, K>> {
    const { sessions, sealer, now, ready } = this.#deps;
    const touch = (): void => {
      throw new Error(`the read verb ${verb} touches a topic`);
    };
    try {
      await ready();
      const answer = await sessions.use(
        (session) =>
          inSnapshot(session, () =>
            // The caller's input was checked against this very verb.
            (readVerbs[verb] as Verb)({ trx: session.db, nowMs: now(), touch, sealer }, input),
          ),
        isInDoubt,
      );
      // What this very verb returned.
      return answer as VerbOutput<ReadVerbs, K>;
    } catch (error) {
      throw toUnavailable(error, 'could not be read');
    }
  }

  close(): Promise<void> {
    return this.#deps.sessions.close();
  }
}

async function inSnapshot<T>(session: Session, read: () => Promise<T>): Promise<T> {
  await session.exec('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const answer = await read();
    await session.exec('COMMIT');
    return answer;
  } catch (error) {
    if (!isInDoubt(error)) await session.exec('ROLLBACK');
    throw error;
  }
}

/** After a refusal of ours or an error of PostgreSQL's the connection can be used again. */
const isInDoubt = (error: unknown): boolean => !(error instanceof LongshoreError || isStatementFailure(error));
