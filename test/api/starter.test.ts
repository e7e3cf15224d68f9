import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { deliverUntil } from '../../activities/control/outbox.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { aFiring, aKnownSchedule } from '../ledger/schedule-builders.ts';
import { FakeGateway } from './fake-gateway.ts';
import { FakeHostGateway } from './fake-host-gateway.ts';

it('starts the job of a dead run of a schedule from the outbox, and leaves that of a live one alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-starter-'));
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const ledger = await openSqliteLedger({ directory: join(directory, 'ledger'), sealKey: randomBytes(32), now });
  const over = new AbortController();
  try {
    const schedule = await aKnownSchedule(ledger, 'nightly');
    const [live, dead] = [aFiring(schedule, 1e12), aFiring(schedule, 1e12 + 1_000)];
    for (const firing of [live, dead]) await ledger.admitScheduled(firing);
    const gateway = new FakeGateway();
    const asked: string[] = [];
    gateway.running = ({ runId }) => {
      asked.push(runId);
      return runId === live.starter.runId;
    };
    offsetMs = 60_000;
    const deps = { ledger, gateway, hostGateway: new FakeHostGateway(ledger), logger: pino({ level: 'silent' }) };
    const delivering = deliverUntil(deps, over.signal);
    await expect.poll(() => gateway.started.map(({ uid }) => uid), { timeout: 20_000 }).toEqual([dead.uid]);
    await expect.poll(() => asked, { timeout: 20_000 }).toContain(live.starter.runId);
    expect(gateway.started).toHaveLength(1);
    expect((await ledger.jobByUid({ uid: dead.uid }))?.record.state).toBe('queued');
    expect((await ledger.jobByUid({ uid: live.uid }))?.record.state).toBe('admitted');
    over.abort();
    await delivering;
  } finally {
    over.abort();
    await ledger.close();
    await rm(directory, { recursive: true, force: true });
  }
});
