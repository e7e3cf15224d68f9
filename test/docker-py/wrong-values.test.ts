import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerPyKeywords } from '../../api/submission/spec.ts';
import { comparableRequest } from './differences.ts';
import { startDockerPy } from './docker-py.ts';
import { openPolicy, ourRequest } from './our-request.ts';

let dockerPy: ReturnType<typeof startDockerPy>;
beforeAll(() => {
  dockerPy = startDockerPy();
});
afterAll(() => dockerPy.close());

/** Of every kind there is, most of them wrong for any one keyword. */
const anything: readonly unknown[] = [
  1,
  -1,
  7_000_000,
  1.5,
  'x',
  '7',
  '/x',
  '/data:/x',
  true,
  false,
  [],
  [1],
  ['x'],
  ['/x'],
  [null],
  [true],
  [['x', 'y']],
  [{}],
  [{ a: 'b' }],
  {},
  { a: 'b' },
  { a: 1 },
  { a: null },
  { a: ['b'] },
  { '/data': {} },
  { '80': 1.5 },
];

describe('a wrong value', () => {
  it.each([...dockerPyKeywords].filter((keyword) => keyword !== 'image' && keyword !== 'detach').sort())(
    'of %s is refused where docker-py raises, and means the same where it is taken',
    async (keyword) => {
      for (const value of anything) {
        const kwargs = { image: 'busybox:1', [keyword]: value };
        const theirs = await dockerPy.request(kwargs);
        const ours = ourRequest(kwargs, openPolicy);
        // Where only we refuse, the engine would, or the container could not start, or a policy says so.
        if (ours.kind === 'refused') continue;
        if (!('body' in theirs)) throw new Error(`taken, but docker-py raises: ${JSON.stringify({ kwargs, theirs })}`);
        const isInit = keyword === 'init';
        expect(comparableRequest(ours.plan.body, isInit)).toEqual(comparableRequest(theirs.body, isInit));
      }
    },
    60_000,
  );
});
