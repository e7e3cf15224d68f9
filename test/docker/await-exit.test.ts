import { describe, expect, it } from 'vitest';
import { diedWithEngine } from '../../activities/docker/await-exit.ts';
import type { ContainerDetails } from '../../activities/docker/engine.ts';

const ended = (over: Partial<ContainerDetails> = {}): ContainerDetails => ({
  ...{ id: 'c', name: 'c', labels: {}, state: 'exited', startedAtMs: 1_000, finishedAtMs: 9_000 },
  ...{ exitCode: 137, oomKilled: false, error: '', binds: [], stopSignal: null },
  ...over,
});
const silent = { silentSinceMs: 5_000 };

describe('a container that ended while its engine was silent', () => {
  it('died with the engine when the signals of a returning engine ended it', () => {
    expect(diedWithEngine({ ...silent, details: ended() })).toBe(true);
    expect(diedWithEngine({ ...silent, details: ended({ exitCode: 143 }) })).toBe(true);
    expect(diedWithEngine({ ...silent, details: ended({ exitCode: 130, stopSignal: 'SIGINT' }) })).toBe(true);
  });

  it('ended by itself otherwise', () => {
    expect(diedWithEngine({ silentSinceMs: null, details: ended() })).toBe(false);
    expect(diedWithEngine({ ...silent, details: null })).toBe(false);
    expect(diedWithEngine({ ...silent, details: ended({ finishedAtMs: 4_000 }) })).toBe(false);
    expect(diedWithEngine({ ...silent, details: ended({ exitCode: 1 }) })).toBe(false);
    expect(diedWithEngine({ ...silent, details: ended({ oomKilled: true }) })).toBe(false);
    expect(diedWithEngine({ ...silent, details: ended({ exitCode: 143, stopSignal: 'SIGINT' }) })).toBe(false);
  });
});
