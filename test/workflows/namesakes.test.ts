import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOnce } from '../../activities/control/start-once.ts';
import type { WorkflowGateway, WorkflowStanding } from '../../activities/control/workflow-gateway.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { jobUidSchema } from '../../model/ids.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import { anAdmission } from '../ledger/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
let ledger: Ledger;
let directory: string;
beforeAll(async () => {
  world = await openWorld();
  directory = await mkdtemp(join(tmpdir(), 'longshore-namesakes-'));
  // What this copy has was admitted an hour before what came after it.
  const now = (): number => Date.now() - 3_600_000;
  ledger = await openSqliteLedger({ directory, sealKey: new Uint8Array(32).fill(7), now });
});
afterAll(async () => {
  await world.close();
  await ledger.close();
  await rm(directory, { recursive: true });
});

const kindOf = async ({ uid }: JobInput): Promise<string> => (await ledger.openRun({ uid, runId: 'asks' })).kind;

/** The ledger's copy has the first job, which was taken back before its start; the second one came after that copy. */
const twoOfOneId = async (name: string) => {
  const second = aJob(name);
  const admitted = await ledger.admit({
    ...anAdmission(second.jobId),
    uid: jobUidSchema.parse(ulid(1)),
  });
  if (admitted.kind !== 'admitted') throw new Error('the first was not admitted');
  await world.start(second, {
    books: {
      openRun: (input) => ledger.openRun(input),
      restate: (said) => ledger.restate({ ...said, input: { ...said.input, specDigest: admitted.input.specDigest } }),
    },
  });
  await eventually('the second says where it stands', () =>
    world.toldOf(second).some((what) => what.startsWith('restate')) ? true : null,
  );
  const start = () => startOnce({ gateway: world.gateway, ledger }, admitted.input);
  return { first: admitted.input, second, start };
};

describe('a job that waits for its start while a newer one has its id, which waits for it', () => {
  it('is taken back, and the newer one goes on', async () => {
    const { first, second, start } = await twoOfOneId('both');
    expect(await ledger.jobByUid(second)).toBeNull();
    expect(await start()).toBe('withdrawn');
    expect(await kindOf(first)).toBe('withdrawn');
    await world.gateway.askToRestate(second.jobId, second.uid);
    await eventually('the ledger has the second', () => ledger.jobByUid(second));
    await world.place(second, 1);
    expect(await world.outcome(second)).toMatchObject({ state: 'succeeded' });
  });

  it('is not run either once the newer one has ended', async () => {
    const { first, second, start } = await twoOfOneId('over');
    await world.handle(second).cancel();
    await world
      .handle(second)
      .result()
      .catch(() => undefined);
    expect(await start()).toBe('withdrawn');
    expect(await kindOf(first)).toBe('withdrawn');
    expect((await world.handle(second).describe()).memo?.['uid']).toBe(second.uid);
  });
});

it('a job whose workflow another process starts at this very moment does not give way to itself', async () => {
  const { jobId, uid } = aJob('raced');
  const admitted = await ledger.admit({ ...anAdmission(jobId), uid });
  if (admitted.kind !== 'admitted') throw new Error('it was not admitted');
  let isStarted = false;
  const gateway = {
    ...{ uidUnder: world.gateway.uidUnder.bind(world.gateway), startJob: world.gateway.startJob.bind(world.gateway) },
    describeJob: async (...of: Parameters<WorkflowGateway['describeJob']>): Promise<WorkflowStanding> => {
      const standing = await world.gateway.describeJob(...of);
      if (!isStarted) await world.start(admitted.input);
      isStarted = true;
      return standing;
    },
  };
  expect(await startOnce({ gateway, ledger }, admitted.input)).toBe('started');
  expect(await kindOf(admitted.input)).toBe('go');
});
