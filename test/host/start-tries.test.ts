import { describe, expect, it } from 'vitest';
import { createStartTries } from '../../activities/host/start-tries.ts';
import { aReplica } from './host-fixture.ts';

describe('a start that fails again and again', () => {
  it('is given up at the fifth time in the same words, ids aside', () => {
    const tries = createStartTries();
    const replica = aReplica();
    const said = (id: number): string => `cannot start ${String(id).repeat(64)}: no`;
    expect([1, 2, 3, 4, 5].map((id) => tries.isEnough(replica, said(id)))).toEqual([false, false, false, false, true]);
    expect(tries.isEnough(replica, 'something else')).toBe(false);
    expect(tries.isEnough(aReplica(), said(1))).toBe(false);
  });
});
