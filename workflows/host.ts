import { allHandlersFinished, condition, continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import type { RemoveHostResult } from '../model/bookkeeping.ts';
import type { Hello, HelloVerdict, HostState } from '../model/host.ts';
import type { HostInput, HostOrder } from '../model/workflow-messages.ts';
import {
  isStraggler,
  nextWakeMs,
  standingOf,
  stepHost,
  unheardHost,
  type HostEvent,
} from '../scheduling/host-machine.ts';
import { hostBooks } from './host-books.ts';
import { HostInbox } from './host-inbox.ts';
import { SessionWatch } from './session-watch.ts';

/** So many events, and this run makes place for the next: far below what Temporal suggests, so that replays are quick. */
const LONG_HISTORY_EVENTS = 2_000;

/**
 * `host:<name>`: judges one host. Every fact (a hello, a session's end, an order, the clock) is put in the inbox; this
 * one loop takes them in order, lets the machine decide, and writes what the planner needs to the ledger. Nobody else
 * calls a host suspect or lost. Ends only when the host is removed, or was: the ledger tells at each writing.
 */
export async function host(input: HostInput): Promise<HostState> {
  return new HostLife(input).untilRemoved();
}

class HostLife {
  readonly #input: HostInput;
  readonly #inbox: HostInbox;
  readonly #watch: SessionWatch;
  #state: HostState;
  #revision: number;
  /** The ledger says so, and not this run: an order that came too late has begun it, or a copy was restored. */
  #isRemovedAlready = false;

  constructor(input: HostInput) {
    this.#input = input;
    this.#inbox = new HostInbox(input.name);
    this.#watch = new SessionWatch(input.name, (session) => this.#inbox.put({ kind: 'session_over', session }));
    this.#state = input.carried?.state ?? firstState(input);
    this.#revision = input.carried?.revision ?? 0;
  }

  async untilRemoved(): Promise<HostState> {
    this.#followSession();
    // An earlier run of this name may have told the ledger something else before it was terminated.
    if (this.#input.carried === null && this.#input.session !== null) await this.#tellLedger();
    while (!this.#isOver()) {
      if (this.#isLong() && this.#inbox.isEmpty() && allHandlersFinished()) await this.#goOnAnew();
      if (!(await this.#arrival())) await this.#step({ kind: 'clock', atMs: Date.now() });
      for (let item = this.#inbox.take(); item !== null; item = this.#inbox.take()) {
        switch (item.kind) {
          case 'hello':
            item.answer(await this.#greet(item.hello));
            break;
          case 'session_over':
            await this.#step({ kind: 'session_ended', session: item.session, atMs: Date.now() });
            break;
          case 'remove':
            item.answer(await this.#remove(item.destroyed));
            break;
          case 'order':
            await this.#obey(item.order);
            break;
        }
      }
    }
    this.#inbox.refuseAll(`host ${this.#input.name} was removed`);
    await condition(allHandlersFinished);
    return this.#state;
  }

  /** Whoever says hello is heard before: it may be another host, which joins under the name of a removed one. */
  #isOver(): boolean {
    return this.#state.condition.kind === 'removed' || (this.#isRemovedAlready && this.#inbox.isEmpty());
  }

  /** False when the clock came first. */
  async #arrival(): Promise<boolean> {
    const wakeMs = nextWakeMs(this.#state);
    const isDue = (): boolean => !this.#inbox.isEmpty() || (this.#isLong() && allHandlersFinished());
    if (wakeMs === null) {
      await condition(isDue);
      return true;
    }
    const waitMs = wakeMs - Date.now();
    return waitMs > 0 && (await condition(isDue, waitMs));
  }

  async #greet(hello: Hello): Promise<HelloVerdict> {
    if (isStraggler(this.#state, hello.session)) {
      return { kind: 'refused', because: `session ${hello.session} of host ${hello.name} is over` };
    }
    const verdict = await hostBooks.hello(hello);
    if (verdict.kind === 'refused') return verdict;
    const { session, lostAfterMs } = hello;
    await this.#step({ kind: 'hello', session, lostAfterMs, atMs: Date.now() });
    return verdict;
  }

  async #obey(order: HostOrder): Promise<void> {
    switch (order.kind) {
      case 'cordon':
        return this.#step({ kind: 'cordoned' });
      case 'uncordon':
        return this.#step({ kind: 'uncordoned' });
      case 'drain':
        return this.#step({ kind: 'draining', deadlineMs: order.deadlineMs });
      case 'refresh':
        // The host misses its session and says hello again; should it not, the session has ended all the same.
        this.#watch.stop();
        // A ledger restored from an older copy may still take for up what has been lost since.
        if (this.#state.condition.kind !== 'up' && patched('refresh-tells')) await this.#tellLedger();
        return;
      case 'remove':
        await this.#remove(order.destroyed);
        return;
    }
  }

  async #remove(destroyed: boolean): Promise<RemoveHostResult> {
    const answer = await hostBooks.removeHost({ name: this.#input.name, destroyed });
    if (answer.kind === 'removed') await this.#step({ kind: 'removed', atMs: Date.now() });
    return answer;
  }

  async #step(event: HostEvent): Promise<void> {
    const before = this.#state;
    this.#state = stepHost(before, event);
    if (this.#state === before) return;
    this.#followSession();
    await this.#tellLedger();
    if (this.#state.drain?.isOver === true && before.drain?.isOver === false) {
      const { name } = this.#input;
      await hostBooks.evictHost({ name, because: `host ${name} is drained and its deadline has passed` });
    }
  }

  #followSession(): void {
    const { condition: now } = this.#state;
    if (now.kind === 'up') this.#watch.follow(now.session);
    else this.#watch.stop();
  }

  async #tellLedger(): Promise<void> {
    // Above what any earlier run, terminated or not, can have written.
    this.#revision = Math.max(this.#revision + 1, Date.now());
    const standing = standingOf(this.#state);
    const told = await hostBooks.recordHost({ name: this.#input.name, revision: this.#revision, standing });
    this.#isRemovedAlready = told?.removed === true;
  }

  #isLong(): boolean {
    const info = workflowInfo();
    return info.continueAsNewSuggested || info.historyLength > (this.#input.longHistoryEvents ?? LONG_HISTORY_EVENTS);
  }

  #goOnAnew(): Promise<never> {
    const carried = { state: this.#state, revision: this.#revision };
    return continueAsNew<typeof host>({ ...this.#input, carried });
  }
}

function firstState(input: HostInput): HostState {
  const { lostAfterMs, cordoned, session } = input;
  const drain = input.drain === null ? null : { ...input.drain, isOver: false };
  const nowMs = Date.now();
  const unheard = unheardHost({ lostAfterMs, cordoned, drain }, nowMs);
  return session === null ? unheard : stepHost(unheard, { kind: 'hello', session, lostAfterMs, atMs: nowMs });
}
