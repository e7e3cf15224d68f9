import type { RecordHostResult, RemoveHostResult } from '../model/bookkeeping.ts';
import type { Hello, HelloVerdict, HostStanding } from '../model/host.ts';
import type { Epoch, HostName, JobUid } from '../model/ids.ts';

/** What the workflows of hosts write, and what is asked of hosts that may be gone. */
export interface HostBooks {
  hello(hello: Hello): Promise<HelloVerdict>;
  /** What the host's workflow found and was told; a revision not above the last one changes nothing, and nothing does of a removed host. */
  recordHost(input: {
    readonly name: HostName;
    readonly revision: number;
    readonly standing: HostStanding;
  }): Promise<RecordHostResult>;
  /** `destroyed`: what it held is given back on that word, and its jobs are told from the outbox. Never of one that is up. */
  removeHost(input: { readonly name: HostName; readonly destroyed: boolean }): Promise<RemoveHostResult>;
  /**
   * Whether the host of this placement was removed as destroyed. `host` counts for a placement that only the host ever
   * reported: a removed host holds nothing that was given before its removal.
   */
  isDestroyed(input: { readonly uid: JobUid; readonly epoch: Epoch; readonly host: HostName }): Promise<boolean>;
  /**
   * Whether nothing more can come from a host of what it was given under this epoch: it was removed since, or another
   * engine goes by its name by now. Without an epoch: whether that is so in this generation of the ledger.
   */
  isHostGone(input: { readonly host: HostName; readonly engineId: string; readonly epoch?: Epoch }): Promise<boolean>;
  /** Asks every job that holds something there to end. */
  evictHost(input: { readonly name: HostName; readonly because: string }): Promise<void>;
}
