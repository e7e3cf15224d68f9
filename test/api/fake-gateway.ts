import { setTimeout as sleep } from 'node:timers/promises';
import type { PendingActivity } from '../../activities/control-plane.ts';
import type { ListedWorkflow, WorkflowGateway } from '../../activities/control/workflow-gateway.ts';
import { LongshoreError } from '../../model/error.ts';
import type { Starter } from '../../model/scheduled-run.ts';
import type { JobInput } from '../../model/workflow-messages.ts';

const unavailable = (): LongshoreError =>
  new LongshoreError('temporal_unavailable', 'Temporal does not answer at 127.0.0.1:7233; is it running?');

/** Temporal's port held in memory: the suites here are about what the api makes of its answers. */
export class FakeGateway implements WorkflowGateway {
  mode: 'started' | 'blocked' | 'unavailable' | 'silent' | 'broken' = 'started';
  readonly started: JobInput[] = [];
  readonly failed: { pending: PendingActivity; because: string }[] = [];

  async startJob(input: JobInput): Promise<'started' | 'blocked'> {
    switch (this.mode) {
      case 'started':
        this.started.push(input);
        return 'started';
      case 'blocked':
        return 'blocked';
      case 'unavailable':
        throw unavailable();
      case 'silent':
        await sleep(60_000, undefined, { ref: false });
        return 'started';
      case 'broken':
        throw new Error('INVALID_ARGUMENT: secret detail');
    }
  }
  async signalPlaced(): Promise<'delivered' | 'gone'> {
    return 'delivered';
  }
  async cancelJob(): Promise<'delivered' | 'gone'> {
    return 'delivered';
  }
  async uidUnder(): Promise<null> {
    return null;
  }
  async describeJob(): Promise<{ readonly kind: 'absent' }> {
    return { kind: 'absent' };
  }
  async *jobs(): AsyncGenerator<ListedWorkflow> {}
  async inputOf(): Promise<null> {
    return null;
  }
  async askToRestate(): Promise<void> {}
  /** Whose workflow lives. */
  running: (starter: Starter) => boolean = () => true;

  async isRunning(starter: Starter): Promise<boolean> {
    return this.running(starter);
  }
  async closeJob(): Promise<void> {}
  async clearStray(): Promise<void> {}
  async forgetJob(): Promise<void> {}
  async failActivity(pending: PendingActivity, because: string): Promise<void> {
    if (this.mode === 'unavailable') throw unavailable();
    this.failed.push({ pending, because });
  }
  async ensureDispatcher(): Promise<void> {}
  async check(): Promise<void> {
    if (this.mode === 'unavailable') throw unavailable();
    if (this.mode === 'silent') await sleep(60_000, undefined, { ref: false });
  }
}
