import { condition, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { RemoveHostResult } from '../model/bookkeeping.ts';
import type { Hello, HelloVerdict } from '../model/host.ts';
import type { HostName } from '../model/ids.ts';
import { HELLO_UPDATE, HOST_ORDER_SIGNAL, REMOVE_UPDATE } from '../model/names.ts';
import type { HostOrder, RemoveHost } from '../model/workflow-messages.ts';
import { isHostOrder, isRemoveHost } from '../scheduling/signal-guards.ts';

const helloUpdate = defineUpdate<HelloVerdict, [Hello]>(HELLO_UPDATE);
const removeUpdate = defineUpdate<RemoveHostResult, [RemoveHost]>(REMOVE_UPDATE);
const orderSignal = defineSignal<[unknown]>(HOST_ORDER_SIGNAL);

export type HostItem =
  | { readonly kind: 'hello'; readonly hello: Hello; readonly answer: (verdict: HelloVerdict) => void }
  | { readonly kind: 'remove'; readonly destroyed: boolean; readonly answer: (result: RemoveHostResult) => void }
  | { readonly kind: 'order'; readonly order: HostOrder }
  | { readonly kind: 'session_over'; readonly session: string };

/** What a host's workflow has been told and has not looked at yet, in order. Handlers only note; the host's loop acts. */
export class HostInbox {
  #items: HostItem[] = [];
  #refusal: string | null = null;

  constructor(name: HostName) {
    setHandler(
      helloUpdate,
      async (hello) => {
        const verdict = await this.#answered<HelloVerdict>((answer) => ({ kind: 'hello', hello, answer }));
        return verdict ?? { kind: 'refused', because: this.#refusal ?? '' };
      },
      {
        validator: (hello: Hello) => {
          if (hello.name !== name) throw new Error(`this is host ${name}, not ${hello.name}`);
        },
      },
    );
    setHandler(
      removeUpdate,
      async ({ destroyed }) => {
        const result = await this.#answered<RemoveHostResult>((answer) => ({ kind: 'remove', destroyed, answer }));
        return result ?? { kind: 'removed' };
      },
      {
        validator: (asked: unknown) => {
          if (!isRemoveHost(asked)) throw new Error('say whether it is destroyed: {"destroyed": true or false}');
        },
      },
    );
    setHandler(orderSignal, (order) => {
      if (isHostOrder(order)) this.put({ kind: 'order', order });
    });
  }

  put(item: HostItem): void {
    this.#items.push(item);
  }

  take(): HostItem | null {
    return this.#items.shift() ?? null;
  }

  isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Null: the host was removed before it was looked at. */
  async #answered<T>(item: (answer: (value: T) => void) => HostItem): Promise<T | null> {
    let answered: T | null = null;
    this.put(item((value) => (answered = value)));
    await condition(() => answered !== null || this.#refusal !== null);
    return answered;
  }

  /** Every hello that waits or still comes is refused with these words. */
  refuseAll(because: string): void {
    this.#items = [];
    this.#refusal = because;
  }
}
