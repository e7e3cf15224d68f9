import type { Statement } from '../../../model/bookkeeping.ts';
import type { Epoch } from '../../../model/ids.ts';
import type { JobInput } from '../../../model/workflow-messages.ts';
import { aJobId, anAdmission, anEntry, aUid, HOST, POOL, ROLE, RUN, succeeded } from '../builders.ts';
import type { OpenedLedger } from './opened-ledger.ts';

export const at = (counter: number, generation = 1): Epoch => ({ generation, counter });
export const RESTATED = { kind: 'restated' } as const;

/** What a job's workflow says; without a word more it waits, and never was anywhere. */
export const says = (input: JobInput, changes: Partial<Statement> = {}): Statement => ({
  ...{ uid: input.uid, runId: RUN, input, attempt: 1, answered: 0, claimed: null, at: null },
  ...changes,
});

/** It stands at this placement, which it has claimed. */
export const saysAt = (
  input: JobInput,
  epoch: Epoch,
  changes: Partial<NonNullable<Statement['at']>> & { readonly gpuIds?: string[] } = {},
): Statement => {
  const { gpuIds = [], ...more } = changes;
  const placement = { epoch, host: HOST, engineId: 'engine-1', gpuIds };
  return says(input, { claimed: epoch, at: { placement, state: 'running', released: false, ...more } });
};

/** What a host says of a container under this epoch. */
export const holds = ({ uid, jobId }: Pick<JobInput, 'uid' | 'jobId'>, epoch: Epoch, gpuIds: string[] = []) => ({
  ...{ uid, jobId, role: ROLE, replica: 0, attempt: 1, epoch, gpuIds },
  ...{ phase: 'started' as const, containerRunning: true },
});

/** Jobs that a restored ledger has and has not, and what it says then. */
export const restored = (opened: () => OpenedLedger) => {
  const inputOf = async (name: string): Promise<JobInput> => {
    const admitted = await opened().ledger.admit(anAdmission(name));
    if (admitted.kind !== 'admitted') throw new Error(`${name} was not admitted`);
    await opened().ledger.openRun({ uid: admitted.input.uid, runId: RUN });
    return admitted.input;
  };
  /** A job that this ledger has no row of; its spec is here, because another job has an equal one. */
  const missing = async (name: string): Promise<JobInput> => {
    const twin = await inputOf(`twin-of-${name}`);
    await opened().ledger.record(anEntry(twin.uid, 1, { kind: 'outcome', outcome: succeeded }));
    return { ...twin, uid: aUid(), jobId: aJobId(name) };
  };
  const queue = async (): Promise<readonly string[]> =>
    (await opened().ledger.queuePage({ pool: POOL, offset: 0, limit: 10 })).entries.map(({ jobId }) => jobId);
  const recordOf = async ({ uid }: Pick<JobInput, 'uid'>) => (await opened().ledger.jobByUid({ uid }))?.record;
  const held = async () =>
    (await opened().ledger.heldResources({ host: null })).map(({ uid, gpuIds }) => ({ uid, gpuIds }));
  const due = async () => {
    opened().clock.nowMs += 60_000;
    return opened().ledger.takeOutbox({ limit: 10, leaseMs: 0 });
  };

  return { inputOf, missing, queue, recordOf, held, due };
};
