import { condition, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Hello, HelloVerdict } from '../model/host.ts';
import type { HostName } from '../model/ids.ts';
import { HELLO_UPDATE, HOST_ORDER_SIGNAL } from '../model/names.ts';
import type { HostOrder } from '../model/workflow-messages.ts';
import { isHostOrder } from '../scheduling/signal-guards.ts';

const helloUpdate = defineUpdate<HelloVerdict, [Hello]>(HELLO_UPDATE);
const orderSignal = defineSignal<[unknown]>(HOST_ORDER_SIGNAL);

export type HostItem =
  | { readonly kind: 'hello'; readonly hello: Hello; readonly answer: (verdict: HelloVerdict) => void }
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
        let verdict: HelloVerdict | null = null;
        this.put({ kind: 'hello', hello, answer: (answer) => (verdict = answer) });
        await condition(() => verdict !== null || this.#refusal !== null);
        return verdict ?? { kind: 'refused', because: this.#refusal ?? '' };
      },
      {
        validator: (hello: Hello) => {
          if (hello.name !== name) throw new Error(`this is host ${name}, not ${hello.name}`);
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

  /** Every hello that waits or still comes is refused with these words. */
  refuseAll(because: string): void {
    this.#items = [];
    this.#refusal = because;
  }
}
