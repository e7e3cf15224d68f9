import type { ControlPlane } from '../../activities/control-plane.ts';
import type { Engine } from '../../activities/docker/engine.ts';
import type { Journal } from '../../activities/docker/journal.ts';
import { createBackoff } from '../../activities/host/backoff.ts';
import type { HostLog } from '../../activities/host/host-log.ts';
import { LongshoreError } from '../../model/error.ts';
import type { HeldReplica, HelloVerdict } from '../../model/host.ts';
import { engineThere } from './engine-watch.ts';
import { heldReplicas } from './held-replicas.ts';
import type { HostConfig } from './host-config.ts';
import { takeInventory } from './inventory.ts';
import { untilAnswered } from './until-answered.ts';

type Deps = {
  readonly config: HostConfig;
  readonly engine: Engine;
  readonly journal: Journal;
  readonly controlPlane: Pick<ControlPlane, 'hello'>;
  readonly listGpus: () => Promise<readonly string[]>;
  readonly incarnation: string;
  readonly log: HostLog;
  readonly abort: AbortSignal;
};

/**
 * Says hello under a session until the server answers. What the host holds is looked at anew for each try: while the
 * server is away containers end, and one that is reported as running when its placement is long given back counts as a
 * stray.
 */
export const createHello =
  (deps: Deps) =>
  async (session: string): Promise<HelloVerdict> => {
    const { config, engine, journal, incarnation, log, abort } = deps;
    const inventory = await takeInventory(config, await engineThere(engine, log, abort), deps.listGpus);
    const verdict = await untilAnswered(
      async () => {
        const { engineId, held } = await heldNow(deps);
        return deps.controlPlane.hello({
          ...{ name: config.name, pool: config.pool, lostAfterMs: config.lostAfterMs, inventory, engineId, held },
          ...{ session, incarnation, journalId: journal.journalId(), incarnations: [...journal.incarnations()] },
          highestEpoch: journal.highestEpoch(),
        });
      },
      log,
      abort,
    );
    if (verdict.kind === 'accepted' && verdict.highestEpoch !== undefined) journal.beganAfter(verdict.highestEpoch);
    return verdict;
  };

const heldNow = async (
  deps: Pick<Deps, 'config' | 'engine' | 'journal' | 'log' | 'abort'>,
): Promise<{ readonly engineId: string; readonly held: HeldReplica[] }> => {
  const backoff = createBackoff();
  for (;;) {
    deps.abort.throwIfAborted();
    const { id: engineId } = await engineThere(deps.engine, deps.log, deps.abort);
    try {
      return { engineId, held: await heldReplicas(deps, deps.config.name) };
    } catch (cause) {
      if (!(cause instanceof LongshoreError) || cause.code !== 'engine_unreachable') throw cause;
      await backoff.wait(deps.abort);
    }
  }
};
