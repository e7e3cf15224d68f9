import { CancellationScope, condition, defineSignal, patched, setHandler } from '@temporalio/workflow';
import { HOST_LOST_SIGNAL } from '../model/names.ts';
import type { ClearStrayInput } from '../model/workflow-messages.ts';
import { compareEpochs } from '../scheduling/epoch.ts';
import { isHostLostSignal } from '../scheduling/signal-guards.ts';
import { books } from './bookkeeping.ts';
import { collectOn, ensureStoppedOn } from './host-proxies.ts';
import { untilHostGone } from './until-host-gone.ts';

const hostLost = defineSignal<[unknown]>(HOST_LOST_SIGNAL);

/**
 * `stray:<uid>:<epoch>`: brings down a container whose placement was given back, because its host was taken for
 * destroyed and came back with it. Beside the job, which may have ended or run elsewhere by now: it records nothing of
 * it, and closes on the host no epoch above the stray's own. What it held is free before its log is brought in, and
 * from then on nobody counts on the host for it: so it asks itself whether the host is still there.
 */
export async function clearStray({ uid, jobId, stray, stop }: ClearStrayInput): Promise<'gone' | 'host_lost'> {
  const { host, placement, attempt, role, replica } = stray;
  const { epoch, engineId } = placement;
  let timesTold = 0;
  setHandler(hostLost, (signal) => {
    if (isHostLostSignal(signal) && compareEpochs(signal.epoch, epoch) === 0) timesTold += 1;
  });
  const task = { replica: { uid, jobId, role, replica, attempt, epoch }, engineId };
  const scope = new CancellationScope();
  const work = scope.run(async () => {
    await ensureStoppedOn(host, `stop what job ${jobId} left on ${host}`)({ ...task, stop });
    await books.forget({ uid, epoch });
    const collect = collectOn(host, `keep the log of job ${jobId}, clean up on ${host}`);
    await collect({ ...task, bundleDigest: null, isStray: true });
    return 'gone' as const;
  });
  // One that began before it asked the ledger itself goes by what it is told.
  const gone = patched('host-gone')
    ? untilHostGone({ host, engineId, epoch }, () => timesTold)
    : condition(() => timesTold > 0);
  const first = await Promise.race([work, gone.then(() => 'host_lost' as const)]);
  if (first === 'host_lost') {
    scope.cancel();
    work.catch(() => undefined);
  }
  return first;
}
