import type { HostGateway } from '../../activities/control/host-gateway.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RemoveHostResult } from '../../model/bookkeeping.ts';
import type { Hello, HelloVerdict, HostStanding } from '../../model/host.ts';
import type { HostInput, HostOrder } from '../../model/workflow-messages.ts';

/** A host's workflow as far as the ledger sees it: it writes down what it is told. */
export class FakeHostGateway implements HostGateway {
  readonly #ledger: Ledger;
  /** Whose host was asked to say hello. */
  readonly asked: string[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  hello(hello: Hello): Promise<HelloVerdict> {
    return this.#ledger.hello(hello);
  }

  remove(destroyed: boolean, { name }: Pick<HostInput, 'name'>): Promise<RemoveHostResult> {
    return this.#ledger.removeHost({ name, destroyed });
  }

  async order(order: HostOrder, { name, cordoned, drain }: HostInput): Promise<void> {
    const tell = async (facts: Pick<HostStanding, 'cordoned' | 'drain'>): Promise<void> => {
      await this.#ledger.recordHost({
        name,
        revision: Date.now(),
        standing: { condition: 'up', sinceMs: Date.now(), ...facts },
      });
    };
    switch (order.kind) {
      case 'cordon':
        return tell({ cordoned: true, drain });
      case 'uncordon':
        return tell({ cordoned: false, drain: null });
      case 'drain':
        return tell({ cordoned, drain: { deadlineMs: order.deadlineMs } });
      case 'remove':
        await this.remove(order.destroyed, { name });
        return;
      case 'refresh':
        return;
    }
  }

  async ensureHost(): Promise<void> {}
  async runningHosts(): Promise<ReadonlySet<string>> {
    return new Set();
  }
  async askForHello(workflowId: string): Promise<void> {
    this.asked.push(workflowId);
  }
  async signalHostLost(): Promise<void> {}
}
