import type { Logger } from 'pino';
import type { HostView } from '../../ledger/ledger.ts';

/** Says once of each GPU that it is passed over because it is marked as held by nobody. */
export class Unaccounted {
  readonly #logger: Logger;
  #told: ReadonlySet<string> = new Set();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(hosts: readonly Pick<HostView, 'name' | 'unaccountedGpuIds'>[]): void {
    const found = new Set<string>();
    for (const { name: host, unaccountedGpuIds = [] } of hosts) {
      for (const gpuId of unaccountedGpuIds) {
        found.add(`${host} ${gpuId}`);
        if (this.#told.has(`${host} ${gpuId}`)) continue;
        const words =
          'this GPU is marked as held by no placement and is given to nobody until its host says hello again';
        this.#logger.warn({ host, gpuId }, words);
      }
    }
    this.#told = found;
  }
}
