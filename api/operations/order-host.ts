import { startOfHost } from '../../activities/control/host-keeper.ts';
import type { HostView } from '../../ledger/ledger.ts';
import type { HostOrder } from '../../model/workflow-messages.ts';
import { ringOn } from '../../ledger/topic-bell.ts';
import type { ApiDeps } from '../api-deps.ts';

const SHOWN_WITHIN_MS = 3_000;
const LOOK_MS = 200;

/** Tells the host's workflow, and waits a moment until the ledger shows it, or that it is removed. Null: not yet, it will. */
export const orderHost = async (
  deps: ApiDeps,
  host: HostView,
  order: HostOrder,
  isShown: (view: HostView) => boolean,
): Promise<HostView | null> => {
  const enough = AbortSignal.timeout(SHOWN_WITHIN_MS);
  const bell = ringOn(deps.ledger, 'hosts', enough);
  try {
    await deps.hostGateway.order(order, startOfHost(host));
    for (;;) {
      const view = (await deps.ledger.hosts()).find(({ name }) => name === host.name);
      if (view !== undefined && (view.condition === 'removed' || isShown(view))) return view;
      if (enough.aborted) return null;
      await bell.rung(LOOK_MS);
    }
  } finally {
    bell.stop();
  }
};
