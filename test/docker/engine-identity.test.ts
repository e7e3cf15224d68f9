import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createEngineIdentity } from '../../activities/docker/engine-identity.ts';

const engines = () => {
  const asked: string[] = [];
  const open: PassThrough[] = [];
  const state = { id: 'first', isReachable: true };
  const identity = createEngineIdentity({
    ask: async () => {
      asked.push(state.id);
      if (!state.isReachable) throw new Error('nobody there');
      return state.id;
    },
    open: async () => {
      if (!state.isReachable) throw new Error('nobody there');
      const connection = new PassThrough();
      open.push(connection);
      return connection;
    },
  });
  return { identity, state, asked, open };
};

it('asks an engine once while the connection to it stays open', async () => {
  const { identity, asked } = engines();
  expect(await Promise.all([identity(), identity()])).toEqual(['first', 'first']);
  expect(await identity()).toBe('first');
  expect(asked).toEqual(['first']);
});

it.each(['end', 'destroy'] as const)('knows another engine once the connection is over (%s)', async (way) => {
  const { identity, state, asked, open } = engines();
  await identity();
  state.id = 'second';
  open.at(-1)?.[way]();
  await turn();
  await turn();
  expect(await identity()).toBe('second');
  expect(await identity()).toBe('second');
  expect(asked).toEqual(['first', 'second']);
});

it('says that no engine answers, and asks again the next time', async () => {
  const { identity, state } = engines();
  state.isReachable = false;
  await expect(identity()).rejects.toThrow('nobody there');
  state.isReachable = true;
  expect(await identity()).toBe('first');
});
