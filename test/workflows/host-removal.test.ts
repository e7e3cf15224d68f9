import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TemporalHostGateway } from '../../activities/control/temporal-host-gateway.ts';
import { hostWorkflowId, REMOVE_UPDATE } from '../../model/names.ts';
import type { HostOrder } from '../../model/workflow-messages.ts';
import { HOST, hello, hostInput, openHostWorld, type HostWorld } from './host-world.ts';

let world: HostWorld;
let gateway: TemporalHostGateway;
beforeAll(async () => {
  world = await openHostWorld();
  gateway = new TemporalHostGateway(world.client);
});
afterAll(() => world.close());

const LONG = 1_000;
const unheard = hostInput(LONG);
/** What an api takes for its start that looked a moment before the host was removed. */
const stale = { ...unheard, session: 'of-the-past' };
const latest = () => world.client.workflow.getHandle(hostWorkflowId(HOST));
const status = async (): Promise<string> => (await latest().describe()).status.name;

describe('the workflow of a host that is removed', () => {
  beforeEach(() => {
    Object.assign(world.ledger, { isRemoved: false, held: 0 });
  });

  it(
    'says how much keeps the host, goes on with it, and removes it once nothing does',
    { timeout: 60_000 },
    async () => {
      expect(await gateway.hello(hello('s1'), unheard)).toMatchObject({ kind: 'accepted' });
      world.ledger.held = 2;
      expect(await gateway.remove(false, unheard)).toEqual({ kind: 'holds', held: 2 });
      for (const garbage of [null, 1, {}, { destroyed: 'yes' }]) {
        await expect(latest().executeUpdate(REMOVE_UPDATE, { args: [garbage] })).rejects.toThrow('Update failed');
      }
      expect(await status()).toBe('RUNNING');
      world.ledger.held = 0;
      expect(await gateway.remove(false, unheard)).toEqual({ kind: 'removed' });
      expect(await latest().result()).toMatchObject({ condition: { kind: 'removed' } });
      expect(await gateway.remove(true, unheard)).toEqual({ kind: 'removed' });
      expect(await latest().result()).toMatchObject({ condition: { kind: 'removed' } });
    },
  );

  it.each([
    ['cordon', stale],
    ['cordon', unheard],
    ['drain', unheard],
    ['uncordon', stale],
    ['refresh', stale],
  ] as const)('ends again when a late %s has begun it anew', { timeout: 60_000 }, async (kind, start) => {
    const order: HostOrder = kind === 'drain' ? { kind, deadlineMs: null } : { kind };
    world.ledger.isRemoved = true;
    await gateway.order(order, start);
    await latest().result();
    expect(await status()).toBe('COMPLETED');
  });

  it('ends by itself where nobody orders anything, and hears a host that joins under its name', async () => {
    world.ledger.isRemoved = true;
    await gateway.ensureHost(unheard);
    await latest().result();
    await gateway.ensureHost(unheard);
    expect(await gateway.hello(hello('s2'), unheard)).toMatchObject({ kind: 'accepted' });
    await gateway.order({ kind: 'cordon' }, unheard);
    await world.becomes('up and cordoned', ({ condition, cordoned }) => condition === 'up' && cordoned);
    expect(await status()).toBe('RUNNING');
    await gateway.remove(true, unheard);
  });
});
