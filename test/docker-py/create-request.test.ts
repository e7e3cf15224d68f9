import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerPyKeywords } from '../../api/submission/spec.ts';
import { refusedByDockerPy } from './cases/refusals.ts';
import { combinations, valuesByKeyword } from './cases/values.ts';
import { comparableRequest } from './differences.ts';
import { asJson, startDockerPy } from './docker-py.ts';
import { openPolicy, ourRequest } from './our-request.ts';

const IMAGE = 'registry.example:5000/team/image:1';

let dockerPy: ReturnType<typeof startDockerPy>;
beforeAll(() => {
  dockerPy = startDockerPy();
});
afterAll(() => dockerPy.close());

type Kwargs = Readonly<Record<string, unknown>>;

const expectEqual = async (given: Kwargs): Promise<void> => {
  const kwargs = { image: IMAGE, ...given };
  const theirs = await dockerPy.request(kwargs);
  const ours = ourRequest(asJson(kwargs), openPolicy);
  if ('raised' in theirs || ours.kind === 'refused') {
    expect({ ours: ours.kind === 'refused' ? ours.because : 'taken', theirs }).toEqual({
      ours: expect.stringContaining(' '),
      theirs: { raised: expect.anything() },
    });
    return;
  }
  if (!('body' in theirs)) throw new Error('docker-py was asked for a request');
  const initWasAsked = given['init'] !== undefined;
  expect(comparableRequest(ours.plan.body, initWasAsked)).toEqual(comparableRequest(theirs.body, initWasAsked));
  expect(ours.plan.platform).toBe(theirs.query['platform']);
  if (given['name'] !== undefined) expect(ours.plan.name).toBe(theirs.query['name']);
};

/** Of these, docker-py or the engine takes but one at a time; refusals.ts has them together. */
const RIVALS = [
  ['network', 'network_mode'],
  ['nano_cpus', 'cpu_quota'],
  ['nano_cpus', 'cpu_period'],
  ['volumes', 'mounts'],
] as const;
const withoutRivals = (keywords: readonly string[]): string[] =>
  keywords.filter((one) => !RIVALS.some(([kept, rival]) => one === rival && keywords.includes(kept)));

describe('the create request of a spec', () => {
  it('has a case for every keyword there is', () => {
    const withCases = new Set([...Object.keys(valuesByKeyword), ...combinations.flatMap((one) => Object.keys(one))]);
    const always = ['image', 'detach'];
    const refusedAlways = ['init_path', 'log_config', 'lxc_conf'];
    expect([...dockerPyKeywords].filter((keyword) => !withCases.has(keyword)).sort()).toEqual(
      [...always, ...refusedAlways].sort(),
    );
  });

  const alone = Object.entries(valuesByKeyword).flatMap(([keyword, values]) =>
    values.map((value): Kwargs => ({ [keyword]: value })),
  );
  it.each([...alone, ...combinations])("is docker-py's for %j", async (kwargs) => {
    await expectEqual(kwargs);
    const theirs = await dockerPy.request({ image: IMAGE, ...kwargs });
    expect(theirs).toHaveProperty('body');
  });

  it("is docker-py's for any keywords together", async () => {
    const keywords = fc.oneof(
      fc.uniqueArray(fc.constantFrom(...Object.keys(valuesByKeyword)), { maxLength: 12 }),
      fc.subarray(Object.keys(valuesByKeyword)),
    );
    const kwargs = keywords.map(withoutRivals).chain((names) => {
      const values = names.map((name) => [name, fc.constantFrom(...(valuesByKeyword[name] ?? []))] as const);
      return fc.record(Object.fromEntries(values));
    });
    await fc.assert(
      fc.asyncProperty(kwargs, async (given) => {
        await expectEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it.each(refusedByDockerPy)('is refused where docker-py raises: %j', async (kwargs) => {
    expect(await dockerPy.request({ image: IMAGE, ...kwargs })).toHaveProperty('raised');
    const ours = ourRequest({ image: IMAGE, ...kwargs }, openPolicy);
    const [keyword = ''] = Object.keys(kwargs);
    expect(ours).toEqual({ kind: 'refused', because: expect.stringContaining(keyword) });
  });
});
