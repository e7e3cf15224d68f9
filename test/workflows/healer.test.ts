import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { healUntil } from '../../activities/control/healer.ts';
import type { ListedWorkflow } from '../../activities/control/workflow-gateway.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { hostNameSchema } from '../../model/ids.ts';
import { hostWorkflowId } from '../../model/names.ts';
import { FakeGateway } from '../api/fake-gateway.ts';
import { FakeHostGateway } from '../api/fake-host-gateway.ts';
import { aHello, aJobId, aUid, HOST, POOL } from '../ledger/builders.ts';
import { eventually } from '../support/child.ts';

const OTHER = hostNameSchema.parse('other');

/** Every host of the test has a workflow that runs, whatever the ledger has of it. */
class AskedHosts extends FakeHostGateway {
  override async runningHosts(): Promise<ReadonlySet<string>> {
    return new Set([HOST, OTHER].map((name) => hostWorkflowId(name)));
  }
}

let ledger: Ledger;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-healer-'));
  ledger = await openSqliteLedger({ directory, sealKey: new Uint8Array(32).fill(7), now: Date.now });
});
afterEach(async () => {
  await ledger.close();
  await rm(directory, { recursive: true });
});

/** Until it is done once. `noted`: answers each word that all was compared. */
const healing = async (
  noted: () => Promise<void>,
  isDone: (hosts: AskedHosts) => boolean,
  gateway = new FakeGateway(),
  lookedOnce = (): void => undefined,
): Promise<AskedHosts> => {
  const abort = new AbortController();
  const hostGateway = new AskedHosts(ledger);
  const deps = {
    ...{ ledger, gateway, hostGateway, logger: pino({ level: 'silent' }) },
    lookedAt: noted,
    lookedOnce,
  };
  const over = healUntil(deps, POOL, null, abort.signal);
  await eventually('it is done', () => (isDone(hostGateway) ? true : null));
  abort.abort();
  await over;
  return hostGateway;
};

it('a full comparison that could not be noted is made again soon', async () => {
  let tries = 0;
  await healing(
    async () => {
      tries += 1;
      if (tries === 1) throw new Error('the ledger is away for a moment');
    },
    () => tries >= 2,
  );
});

it('a host that the ledger has as removed, while its workflow runs, is asked to say hello, and a known one is not', async () => {
  await ledger.hello(aHello());
  await ledger.hello(aHello({ name: OTHER, engineId: 'of-other', journalId: 'of-other' }));
  await ledger.removeHost({ name: HOST, destroyed: false });
  let isNoted = false;
  const { asked } = await healing(
    async () => {
      isNoted = true;
    },
    () => isNoted,
  );
  expect(asked).toEqual([hostWorkflowId(HOST)]);
});

it('an open workflow that the ledger has no row of begins one new generation before anything may be planned', async () => {
  await ledger.hello(aHello());
  const listed = { jobId: aJobId('newer'), uid: aUid(), isPlaced: true };
  class NewerWorld extends FakeGateway {
    looks = 0;
    override async *jobs(): AsyncGenerator<ListedWorkflow> {
      this.looks += 1;
      yield listed;
    }
  }
  const gateway = new NewerWorld();
  const generations: Promise<number>[] = [];
  await healing(
    () => Promise.resolve(),
    () => gateway.looks > 1,
    gateway,
    () => generations.push(ledger.generation()),
  );
  expect((await Promise.all(generations))[0]).toBe(2);
  expect(await ledger.generation()).toBe(2);
  expect((await ledger.hosts())[0]).toMatchObject({ condition: 'up', placeable: false });
});

it('lets planning begin though Temporal cannot be asked', async () => {
  class Away extends FakeGateway {
    override jobs(): AsyncGenerator<ListedWorkflow> {
      throw new Error('Temporal is away');
    }
  }
  let looks = 0;
  await healing(
    () => Promise.resolve(),
    () => looks > 0,
    new Away(),
    () => (looks += 1),
  );
  expect(await ledger.generation()).toBe(1);
});
