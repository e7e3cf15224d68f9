import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { JobState, Outcome, Placement } from '../model/job-record.ts';
import type { JobInput } from '../model/workflow-messages.ts';
import { SEARCH_ATTRIBUTES } from '../model/names.ts';

const stateKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.jobState, SearchAttributeType.KEYWORD);
const hostKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.host, SearchAttributeType.KEYWORD_LIST);
const exitCodeKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.exitCode, SearchAttributeType.INT);

/** What the Temporal Web UI tells about a job: search attributes (an event each, so only on state changes) and details. */
export class JobStory {
  readonly #input: JobInput;
  readonly #lines: string[] = [];
  #state: JobState | null = null;
  /** Of a placement, until it was told. */
  #host: SearchAttributePair[] = [];

  constructor(input: JobInput) {
    this.#input = input;
  }

  get state(): JobState | null {
    return this.#state;
  }

  queued(attempt: number): void {
    this.#enter('queued', `waiting in the queue of pool ${this.#input.pool} (attempt ${attempt})`);
  }

  /** Told together with the state that follows at once. */
  placed({ host, epoch }: Placement): void {
    this.#host = [{ key: hostKey, value: [host] }];
    this.#lines.push(`placed on ${host}, epoch ${epoch.generation}.${epoch.counter}`);
  }

  preparing(): void {
    this.#enter('preparing', 'getting image and bundle ready', this.#takeHost());
  }

  running(host: string): void {
    this.#enter('running', `running on ${host}`, this.#takeHost());
  }

  stopping(because: string): void {
    this.#enter('stopping', `stopping: ${because}`);
  }

  note(line: string): void {
    this.#lines.push(line);
    this.#show();
  }

  ended(outcome: Outcome): void {
    const exitCode = outcome.exit === null ? [] : [{ key: exitCodeKey, value: outcome.exit.exitCode }];
    this.#enter(outcome.state, `${outcome.state}: ${outcome.sentence}`, exitCode);
  }

  #takeHost(): SearchAttributePair[] {
    const host = this.#host;
    this.#host = [];
    return host;
  }

  #enter(state: JobState, line: string, besides: SearchAttributePair[] = []): void {
    const isNew = state !== this.#state;
    this.#state = state;
    // It is started with the attribute set to `queued`.
    const isToBeTold = isNew && workflowInfo().typedSearchAttributes.get(stateKey) !== state;
    this.#upsert(besides, isToBeTold ? [{ key: stateKey, value: state }] : []);
    this.note(line);
  }

  /** Each event costs Temporal an entry of its lists; runs from before they were joined replay with one per list. */
  #upsert(...lists: readonly SearchAttributePair[][]): void {
    const events = this.#input.storyVersion === undefined ? lists : [lists.flat()];
    for (const attributes of events) if (attributes.length > 0) upsertSearchAttributes(attributes);
  }

  #show(): void {
    const { uid, roles } = this.#input;
    const head = roles.map((role) => `**${role.name}** \`${role.image}\` \`${role.command}\``).join('\n');
    setCurrentDetails(`${head}\n\n${this.#lines.map((line) => `- ${line}`).join('\n')}\n\nuid \`${uid}\``);
  }
}
