import { Worker } from 'node:worker_threads';
import { LongshoreError } from '../../model/error.ts';
import type { Topic } from '../ledger.ts';
import type { VerbContext } from '../verbs/context.ts';
import { toError, type Reply, type Request, type ThreadStart } from './protocol.ts';

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };
type Verbs = Readonly<Record<string, (context: VerbContext, input: never) => Promise<unknown>>>;

/** The main thread's end of a ledger thread. Once the thread is dead every call fails with ledger_unavailable. */
export class LedgerThread<V extends Verbs> {
  readonly #worker: Worker;
  readonly #now: () => number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #dead: LongshoreError | null = null;

  private constructor(worker: Worker, now: () => number, onTopics: (topics: readonly Topic[]) => void) {
    this.#worker = worker;
    this.#now = now;
    worker.on('message', (reply: Reply) => {
      if (reply.kind === 'answers') this.#settle(reply, onTopics);
    });
    worker.on('error', (error) => this.#die(error.message, error));
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#die(`its thread ended with code ${code}`);
        resolve();
      });
    });
  }

  /** Resolves once the thread has its database open. */
  static async start<V extends Verbs>(options: {
    readonly entry: URL;
    readonly start: ThreadStart;
    readonly now: () => number;
    readonly onTopics: (topics: readonly Topic[]) => void;
  }): Promise<LedgerThread<V>> {
    const worker = new Worker(options.entry, { workerData: options.start });
    await new Promise<void>((resolve, reject) => {
      const refuse = (because: string): void =>
        reject(
          new LongshoreError(
            'ledger_unavailable',
            `The ledger in ${options.start.directory} could not be opened: ${because}`,
          ),
        );
      const onError = (error: Error): void => refuse(error.message);
      const onExit = (code: number): void => refuse(`its thread ended with code ${code}`);
      worker.once('error', onError);
      worker.once('exit', onExit);
      worker.once('message', () => {
        worker.off('error', onError);
        worker.off('exit', onExit);
        resolve();
      });
    });
    return new LedgerThread<V>(worker, options.now, options.onTopics);
  }

  async call<K extends keyof V & string>(verb: K, input: Parameters<V[K]>[1]): Promise<Awaited<ReturnType<V[K]>>> {
    if (this.#dead !== null) throw this.#dead;
    const id = ++this.#lastId;
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: 'call', id, verb, input, nowMs: this.#now() });
    });
    // The thread answers with what this very verb returned, cloned.
    return answer as Awaited<ReturnType<V[K]>>;
  }

  /** Waits until everything asked so far is answered. */
  async close(): Promise<void> {
    if (this.#dead === null) this.#post({ kind: 'close' });
    await this.#exited;
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** Topics first: whoever awaits a write finds its listeners told. */
  #settle(reply: Extract<Reply, { kind: 'answers' }>, onTopics: (topics: readonly Topic[]) => void): void {
    if (reply.topics.length > 0) onTopics(reply.topics);
    for (const answer of reply.answers) {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer.value);
      else waiting?.reject(toError(answer.failure));
    }
  }

  #die(because: string, cause?: unknown): void {
    this.#dead ??= new LongshoreError(
      'ledger_unavailable',
      `The ledger is not available: ${because}. Start the server again.`,
      { cause },
    );
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}
