import type { Ledger, Topic } from './ledger.ts';
import type { VerbContext } from './verbs/context.ts';
import { readVerbs, type ReadVerbs } from './verbs/read-verbs.ts';
import { writeVerbs, type WriteVerbs } from './verbs/write-verbs.ts';

type Verbs = Readonly<Record<string, (context: VerbContext, input: never) => Promise<unknown>>>;
export type VerbInput<V extends Verbs, K extends keyof V> = Parameters<V[K]>[1];
export type VerbOutput<V extends Verbs, K extends keyof V> = Awaited<ReturnType<V[K]>>;

/** Runs a verb in a transaction of a database, somewhere; `close` waits for what was asked before. */
export interface VerbCaller<V extends Verbs> {
  call<K extends keyof V & string>(verb: K, input: VerbInput<V, K>): Promise<VerbOutput<V, K>>;
  close(): Promise<void>;
}

type Listener = (topics: readonly Topic[]) => void;
type Deps = {
  readonly writer: VerbCaller<WriteVerbs>;
  readonly reader: VerbCaller<ReadVerbs>;
  readonly listeners: Set<Listener>;
  /** When writer and reader are closed. */
  readonly closeLast: () => Promise<void> | void;
};

/** The ledger over any database: each verb is a method, run by the caller of its kind. */
export function verbLedger({ writer, reader, listeners, closeLast }: Deps): Ledger {
  return {
    ...callsOf(writeVerbs, writer),
    ...callsOf(readVerbs, reader),
    hosts: () => reader.call('hosts', undefined),
    generation: () => reader.call('generation', undefined),
    strangers: () => reader.call('strangers', undefined),
    subscribe(listener) {
      // Each subscription is its own, even of one listener twice.
      const own: Listener = (topics) => listener(topics);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async check() {
      await Promise.all([writer.call('probeWrite', undefined), reader.call('probeRead', undefined)]);
    },
    async close() {
      await Promise.all([writer.close(), reader.close()]);
      await closeLast();
    },
  };
}

type Calls<V extends Verbs> = {
  readonly [K in keyof V]: (input: VerbInput<V, K>) => Promise<VerbOutput<V, K>>;
};

function callsOf<V extends Verbs>(verbs: V, caller: VerbCaller<V>): Calls<V> {
  const names = Object.keys(verbs) as (keyof V & string)[];
  const calls = names.map((verb) => [verb, (input: VerbInput<V, typeof verb>) => caller.call(verb, input)]);
  // An entry per verb of the table, which passes on that verb's own input and answer.
  return Object.fromEntries(calls) as Calls<V>;
}
