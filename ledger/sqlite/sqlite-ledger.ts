import type { DirectoryLock } from '../directory-lock.ts';
import type { Ledger, Topic } from '../ledger.ts';
import type { ReadVerbs } from '../verbs/read-verbs.ts';
import type { WriteVerbs } from '../verbs/write-verbs.ts';
import type { LedgerThread } from './ledger-thread.ts';

type Listener = (topics: readonly Topic[]) => void;
type Deps = {
  readonly writer: LedgerThread<WriteVerbs>;
  readonly reader: LedgerThread<ReadVerbs>;
  readonly listeners: Set<Listener>;
  readonly lock: DirectoryLock;
};

/** The ledger's verbs, each run on the thread of its kind: the event loop never waits for a disk. */
export class SqliteLedger implements Ledger {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  readonly putBundle: Ledger['putBundle'] = (input) => this.#deps.writer.call('putBundle', input);
  readonly admit: Ledger['admit'] = (input) => this.#deps.writer.call('admit', input);
  readonly confirmStarted: Ledger['confirmStarted'] = (input) => this.#deps.writer.call('confirmStarted', input);
  readonly withdraw: Ledger['withdraw'] = (input) => this.#deps.writer.call('withdraw', input);
  readonly requestCancel: Ledger['requestCancel'] = (input) => this.#deps.writer.call('requestCancel', input);
  readonly moveQueued: Ledger['moveQueued'] = (input) => this.#deps.writer.call('moveQueued', input);
  readonly removeQueued: Ledger['removeQueued'] = (input) => this.#deps.writer.call('removeQueued', input);
  readonly holdQueued: Ledger['holdQueued'] = (input) => this.#deps.writer.call('holdQueued', input);
  readonly clearQueue: Ledger['clearQueue'] = (input) => this.#deps.writer.call('clearQueue', input);
  readonly openRun: Ledger['openRun'] = (input) => this.#deps.writer.call('openRun', input);
  readonly claim: Ledger['claim'] = (input) => this.#deps.writer.call('claim', input);
  readonly record: Ledger['record'] = (input) => this.#deps.writer.call('record', input);
  readonly markWorkflowClosed: Ledger['markWorkflowClosed'] = (input) =>
    this.#deps.writer.call('markWorkflowClosed', input);
  readonly hello: Ledger['hello'] = (input) => this.#deps.writer.call('hello', input);
  readonly recordHost: Ledger['recordHost'] = (input) => this.#deps.writer.call('recordHost', input);
  readonly removeHost: Ledger['removeHost'] = (input) => this.#deps.writer.call('removeHost', input);
  readonly evictHost: Ledger['evictHost'] = (input) => this.#deps.writer.call('evictHost', input);
  readonly report: Ledger['report'] = (input) => this.#deps.writer.call('report', input);
  readonly beginPlanning: Ledger['beginPlanning'] = (input) => this.#deps.writer.call('beginPlanning', input);
  readonly commitRound: Ledger['commitRound'] = (input) => this.#deps.writer.call('commitRound', input);
  readonly takeOutbox: Ledger['takeOutbox'] = (input) => this.#deps.writer.call('takeOutbox', input);
  readonly finishOutbox: Ledger['finishOutbox'] = (input) => this.#deps.writer.call('finishOutbox', input);
  readonly reserveLog: Ledger['reserveLog'] = (input) => this.#deps.writer.call('reserveLog', input);
  readonly advanceLog: Ledger['advanceLog'] = (input) => this.#deps.writer.call('advanceLog', input);
  readonly finishLog: Ledger['finishLog'] = (input) => this.#deps.writer.call('finishLog', input);
  readonly markLookedAt: Ledger['markLookedAt'] = (input) => this.#deps.writer.call('markLookedAt', input);

  readonly bundle: Ledger['bundle'] = (input) => this.#deps.reader.call('bundle', input);
  readonly job: Ledger['job'] = (input) => this.#deps.reader.call('job', input);
  readonly jobByUid: Ledger['jobByUid'] = (input) => this.#deps.reader.call('jobByUid', input);
  readonly list: Ledger['list'] = (input) => this.#deps.reader.call('list', input);
  readonly queuePage: Ledger['queuePage'] = (input) => this.#deps.reader.call('queuePage', input);
  readonly queuedAt: Ledger['queuedAt'] = (input) => this.#deps.reader.call('queuedAt', input);
  readonly queueOrder: Ledger['queueOrder'] = (input) => this.#deps.reader.call('queueOrder', input);
  readonly jobsByUid: Ledger['jobsByUid'] = (input) => this.#deps.reader.call('jobsByUid', input);
  readonly plannerSnapshot: Ledger['plannerSnapshot'] = (input) => this.#deps.reader.call('plannerSnapshot', input);
  readonly leftovers: Ledger['leftovers'] = (input) => this.#deps.reader.call('leftovers', input);
  readonly logCursor: Ledger['logCursor'] = (input) => this.#deps.reader.call('logCursor', input);
  readonly logCursors: Ledger['logCursors'] = (input) => this.#deps.reader.call('logCursors', input);
  readonly sweepCandidates: Ledger['sweepCandidates'] = (input) => this.#deps.reader.call('sweepCandidates', input);
  readonly heldResources: Ledger['heldResources'] = (input) => this.#deps.reader.call('heldResources', input);
  readonly hosts: Ledger['hosts'] = () => this.#deps.reader.call('hosts', undefined);

  subscribe(listener: Listener): () => void {
    // Each subscription is its own, even of one listener twice.
    const own: Listener = (topics) => listener(topics);
    this.#deps.listeners.add(own);
    return () => void this.#deps.listeners.delete(own);
  }

  async check(): Promise<void> {
    await Promise.all([
      this.#deps.writer.call('probeWrite', undefined),
      this.#deps.reader.call('probeRead', undefined),
    ]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#deps.writer.close(), this.#deps.reader.close()]);
    this.#deps.lock.release();
  }
}
