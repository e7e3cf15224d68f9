import type { JobUid } from '../../model/ids.ts';

type InLine = { readonly uid: JobUid; pin: JobUid | null };

/** The queue as an array, with the rules of a move in the plainest words: what every ledger's queue must agree with. */
export class QueueModel {
  #line: InLine[] = [];
  readonly held = new Set<JobUid>();

  get order(): readonly JobUid[] {
    return this.#line.map(({ uid }) => uid);
  }

  at(position: number): JobUid | undefined {
    return this.#line[position]?.uid;
  }

  arrive(uid: JobUid): void {
    this.#line.push({ uid, pin: null });
  }

  leave(uid: JobUid): void {
    this.#line = this.#line.filter((job) => job.uid !== uid);
    for (const job of this.#line) if (job.pin === uid) job.pin = null;
    this.held.delete(uid);
  }

  clear(): void {
    this.#line = [];
    this.held.clear();
  }

  /** The job stands at `to`, or last; those that are pinned to it stand before it as far as there is room. */
  move(uid: JobUid, to: number): number {
    const position = Math.min(to, this.#line.length - 1);
    const moved = this.#line.find((job) => job.uid === uid);
    if (moved === undefined) throw new Error(`${uid} is not in line`);
    const followers = this.#line.filter((job) => job !== moved && this.#leadsTo(job, uid));
    const left = followers.splice(0, Math.max(0, followers.length - position));
    const together = [...followers, moved];
    // Two that stay behind together stay pinned to each other.
    for (const job of left) if (together.some(({ uid: gone }) => gone === job.pin)) job.pin = null;
    const others = this.#line.filter((job) => !together.includes(job));
    const before = position - followers.length;
    moved.pin = others[before]?.uid ?? null;
    this.#line = [...others.slice(0, before), ...together, ...others.slice(before)];
    return position;
  }

  #leadsTo(job: InLine, uid: JobUid): boolean {
    for (let pin = job.pin; pin !== null;) {
      if (pin === uid) return true;
      const anchor = pin;
      pin = this.#line.find((other) => other.uid === anchor)?.pin ?? null;
    }
    return false;
  }
}
