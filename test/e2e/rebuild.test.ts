import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import {
  ranOnceAndEnded,
  restoredPoolScenario,
  submitNew,
  tell,
  terminate,
  type RestorableStack,
} from './restored-pool.ts';
import { containersOf, logOf, witness } from './voyage.ts';

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ config: { sweepQuietSec: 2 }, host: { slots: 4 } });
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const restorable = (): RestorableStack => {
  const [ledgerDir, copyDir] = [join(stack.dataDir, 'ledger'), join(stack.dataDir, 'copy-of-the-ledger')];
  return {
    stack,
    takeCopy: async () => {
      await stack.server.stop();
      await cp(ledgerDir, copyDir, { recursive: true });
      await stack.server.start();
    },
    restoreCopy: async () => {
      await rm(ledgerDir, { recursive: true, force: true });
      await cp(copyDir, ledgerDir, { recursive: true });
      await rm(copyDir, { recursive: true, force: true });
    },
  };
};

describe('a pool whose ledger is older than the world', () => {
  restoredPoolScenario(restorable);

  it(
    'goes on by itself when its dispatcher and the workflow of its host are terminated',
    { timeout: 90_000 },
    async () => {
      const id = await submitNew(stack, 'through');
      const waiting = await submitNew(stack, 'waiting', (next) => `${witness(stack, next)}true`);
      await Promise.all([terminate(stack, 'dispatcher:default'), terminate(stack, `host:${stack.hostName}`)]);
      const next = await submitNew(stack, 'after', (each) => `${witness(stack, each)}true`);
      for (const each of [waiting, next]) await ranOnceAndEnded(stack, each, 'succeeded');
      await tell(stack, id);
      await ranOnceAndEnded(stack, id, 'succeeded');
      expect(await logOf(stack, id)).toBe('up\ntold\n');
      expect(await containersOf(stack)).toEqual([]);
    },
  );
});
