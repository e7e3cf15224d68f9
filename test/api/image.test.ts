import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImage } from '../../api/submission/image.ts';

const HEX = 'a'.repeat(64);

describe('reading an image', () => {
  it.each(['a', 'a__b/c-d.e:V1_.-', 'localhost:5000/a', '[::1]:5000/a:1', 'Reg.Example/a/b', `a:1@sha256:${HEX}`])(
    'takes %s',
    (image) => {
      expect(parseImage(image)).toMatchObject({ kind: 'ok' });
    },
  );

  it.each([
    '../containers/json',
    'BusyBox',
    'busy#box',
    'x@sha256:1234',
    'busy%zzbox',
    'json?x',
    '/a',
    'a/',
    'a//b',
    'a:',
    'a:-x',
    `a:${'t'.repeat(129)}`,
    'a..b',
    'a___b',
    '-a',
    'a@b',
    'a\n',
    'ü',
  ])('refuses %j and names the field', (image) => {
    expect(parseImage(image)).toMatchObject({ kind: 'refused', because: expect.stringMatching(/^image /) as unknown });
  });

  it('takes 512 characters and no more', () => {
    expect(parseImage('a'.repeat(512))).toMatchObject({ kind: 'ok' });
    expect(parseImage('a'.repeat(513))).toEqual({ kind: 'refused', because: 'image is longer than 512 characters' });
  });

  it('lets nothing through that means something else in a URL, and never takes long over it', () => {
    const piece = fc.constantFrom('a', 'A', '0', '.', '_', '-', '/', ':', '@', '[', ']', '%', '?', '#', '..');
    const repeated = fc
      .tuple(piece, piece, fc.nat(170), fc.constantFrom('', '!', '/', ':', '@'))
      .map(([one, two, times, end]) => (one + two).repeat(times) + end);
    fc.assert(
      fc.property(
        fc.oneof(
          repeated,
          fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        ),
        (image) => {
          const begunMs = performance.now();
          const parsed = parseImage(image);
          expect(performance.now() - begunMs).toBeLessThan(250);
          if (parsed.kind === 'refused') return;
          expect(parsed.value).not.toMatch(/[%?#\s]|\.\.|\/\/|^[/.]/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
