import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_QUEUE, HOST_ORDER_SIGNAL, hostWorkflowId } from '../../model/names.ts';
import { eventually } from '../support/child.ts';
import { HOST, hostInput, openHostWorld, type HostWorld } from './host-world.ts';

let world: HostWorld;
beforeAll(async () => {
  world = await openHostWorld();
});
afterAll(() => world.close());

describe('the host workflow', () => {
  it(
    'judges its host by its sessions, obeys orders, ignores what makes no sense, and goes on anew',
    { timeout: 60_000 },
    async () => {
      const handle = await world.client.workflow.start('host', {
        workflowId: hostWorkflowId(HOST),
        taskQueue: CONTROL_QUEUE,
        args: [hostInput(30)],
      });
      const firstRun = handle.firstExecutionRunId;
      const now = world.client.workflow.getHandle(hostWorkflowId(HOST));
      expect(await world.say(now, 's1')).toEqual({ kind: 'accepted', generation: 1 });
      await world.becomes('up', ({ condition }) => condition === 'up');

      await world.endSession();
      await world.becomes('lost once nothing was heard for long enough', ({ condition }) => condition === 'lost');
      expect(await world.say(now, 's1')).toMatchObject({ kind: 'refused' });
      expect(await world.say(now, 's2')).toMatchObject({ kind: 'accepted' });
      await world.becomes('up again', ({ condition }) => condition === 'up');

      for (const garbage of [null, 1, {}, { kind: 'explode' }, { kind: 'remove' }])
        await now.signal(HOST_ORDER_SIGNAL, garbage);
      await now.signal(HOST_ORDER_SIGNAL, { kind: 'cordon' });
      await world.becomes('cordoned', ({ cordoned }) => cordoned);
      for (let order = 0; order < 12; order += 1) {
        await now.signal(HOST_ORDER_SIGNAL, { kind: order % 2 === 0 ? 'uncordon' : 'cordon' });
      }
      await eventually('it goes on as a new run', async () =>
        (await now.describe()).runId === firstRun ? null : true,
      );
      await world.becomes('still up and cordoned', ({ condition, cordoned }) => condition === 'up' && cordoned);

      await now.signal(HOST_ORDER_SIGNAL, { kind: 'remove', destroyed: true });
      expect(await now.result()).toMatchObject({ condition: { kind: 'removed' } });
    },
  );
});
