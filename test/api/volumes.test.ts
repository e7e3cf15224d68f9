import { describe, expect, it } from 'vitest';
import { container, specRefusal, parse } from './reading.ts';

describe('reading volumes', () => {
  it('takes the list form, modes, ro and propagation', () => {
    expect(container({ volumes: ['/data/a:/a', '/data/b:/b/:ro'] })?.mounts).toEqual([
      { kind: 'bind', source: '/data/a', target: '/a', mode: '' },
      { kind: 'bind', source: '/data/b', target: '/b', mode: 'ro' },
    ]);
    expect(container({ volumes: { '/data': { bind: '/d', ro: true, propagation: 'rprivate' } } })?.mounts).toEqual([
      { kind: 'bind', source: '/data', target: '/d', mode: 'ro,rprivate' },
    ]);
  });

  it('mounts named volumes only where the policy allows them', () => {
    const because = specRefusal({ volumes: ['cache:/c'] });
    expect(because).toContain('Bad job spec: volumes: "cache" is refused');
    expect(because).toContain('`policy.allowNamedVolumes` in longshore.yaml');
    const body = { job_id: 'a', spec: { image: 'b', volumes: { cache: { bind: '/c' } } } };
    expect(parse(body, { allowNamedVolumes: true })).toMatchObject({
      value: { spec: { roles: [{ container: { mounts: [{ kind: 'volume', name: 'cache', target: '/c' }] } }] } },
    });
  });

  it('puts the bundle where /job is asked for, whatever host path is bound to it', () => {
    expect(container({ volumes: { '/anywhere/else': { bind: '/job/', mode: 'rw' } } })?.mounts).toEqual([
      { kind: 'bundle', target: '/job', mode: 'rw' },
    ]);
  });

  it.each(['/etc', '/data/../etc', '/database', '/', '/srv', '/data/a/../../etc/passwd', '//etc'])(
    'refuses to bind %s',
    (path) => {
      const because = specRefusal({ volumes: { [path]: { bind: '/x', mode: 'rw' } } });
      expect(because).toContain(
        `"${path}" cannot be mounted: jobs may only bind what is under /srv/foundations, /data;`,
      );
      expect(because).toContain('`mounts.allowedRoots` in longshore.yaml');
    },
  );

  it.each<[unknown, string]>([
    ['x', 'volumes must be an object or a list of strings, not a string'],
    [[5], 'volumes must list strings like "/host:/container:ro", not a number'],
    [['/data:/a:ro:z'], 'volumes: "/data:/a:ro:z" has more than the three parts of "/host:/container:ro"'],
    [['/a:ro'], 'volumes: "/a:ro" says how it is mounted, but not from where'],
    [['/data:/a:rx'], 'volumes: "rx" is no mount option for /a'],
    [['/data:/a:ro,rw'], 'volumes: the mode "ro,rw" of /a says more than one of rw, ro'],
    [['/data:/a:rw,rw'], 'volumes: the mode "rw,rw" of /a says more than one of rw, ro'],
    [
      ['/data:/a:private,rprivate'],
      'volumes: the mode "private,rprivate" of /a says more than one of private, rprivate, shared, rshared, slave, rslave',
    ],
    [
      ['/data:/a:rshared'],
      'volumes: the mount option "rshared" of /a is refused: what one side mounts would show up on the other; use rprivate; an operator can set `policy.allowMountPropagation` in longshore.yaml',
    ],
    [
      { '/data': { bind: '/a', propagation: 'slave' } },
      'volumes: the mount option "slave" of /a is refused: what one side mounts would show up on the other; use rprivate; an operator can set `policy.allowMountPropagation` in longshore.yaml',
    ],
    [
      { '/data': { bind: '/a', propagation: 'wide' } },
      'volumes["/data"].propagation must be one of rshared, shared, rslave, slave, rprivate, private',
    ],
    [{ '/data': { bind: '/a:ro' } }, 'volumes must not hold a ":" in a path'],
    [{ '/data:/etc': { bind: '/a' } }, 'volumes must not hold a ":" in a path'],
    [['/data:/a\u0007'], 'volumes must not hold control characters'],
    [[`/data:/${'a'.repeat(256)}`], 'volumes must not hold a path with a name longer than 255 bytes'],
    [[`/data${'/a'.repeat(2_048)}:/a`], 'volumes must not hold a path longer than 4096 bytes'],
    [['/data:a'], 'volumes: "a" in the container must be an absolute path'],
    [['/data:/'], 'volumes: nothing can be mounted over the container\'s "/"'],
    [['./data:/a'], 'volumes: "./data" is neither an absolute path nor a volume\'s name'],
    [['/data:/a', '/data/b:/x/../a'], 'volumes: two of them are mounted at /a'],
    [{ '/data': '/a' }, 'volumes["/data"] must be an object with bind and mode, not a string'],
    [{ '/data': 5 }, 'volumes["/data"] must be an object with bind and mode, not a number'],
    [{ '/data': { mode: 'rw' } }, 'volumes["/data"].bind must be a string, not nothing'],
    [{ '/data': { bind: '/a', made: 'rw' } }, 'volumes["/data"] has an unknown key: made'],
    [{ '/data': { bind: '/a', mode: 'ro', ro: true } }, 'volumes["/data"] cannot have both ro and mode'],
    [{ '/data': { bind: '/a', mode: 5 } }, 'volumes["/data"] must say its mode as a string, not as a number'],
  ])('refuses %j', (volumes, because) => {
    expect(specRefusal({ volumes })).toBe(`Bad job spec: ${because}`);
  });
});
