import type { BlobStore } from '../../ledger/blob-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LogStore } from '../../ledger/log-store.ts';
import { removeUnreferred } from './remove-unreferred.ts';
import { LongshoreError } from '../../model/error.ts';
import type { DeletionActivities } from '../contract.ts';

export type DeletionDeps = { readonly ledger: Ledger; readonly blobs: BlobStore; readonly logs: LogStore };

/** What a deleted job left on the server's side. */
export const createDeletion = (deps: DeletionDeps): DeletionActivities => {
  const { ledger, logs } = deps;
  return {
    async discard({ uid }) {
      const { uids, hosts, digests, held } = await ledger.forgotten({ uid });
      for (const each of uids) await logs.delete(each);
      await removeUnreferred(deps, digests);
      return { uids, hosts, held };
    },
    async wipe({ uid }) {
      const { uids, digests } = await ledger.forgotten({ uid });
      // What a host shipped while it was waited for.
      for (const each of uids) await logs.delete(each);
      await removeUnreferred(deps, digests);
      const answer = await ledger.wipeForgotten({ uid, digests });
      if (answer.kind === 'wiped') return;
      throw new LongshoreError('still_held', `job ${uid} was deleted and still holds a placement; trying again`);
    },
  };
};
