import { describe, expect, it } from 'vitest';
import { dockerPyKeywords } from '../../api/submission/spec.ts';
import { containing } from './containing.ts';
import { container, parse, refusal, specRefusal } from './reading.ts';

describe('reading a submission', () => {
  it.each([undefined, null, {}, [], [1], 'text', 5, false])('refuses %j as a payload', (body) => {
    expect(refusal(body)).toBe('Job must contain json payload');
  });

  it.each([{ job_id: 'a' }, { spec: {} }, { metadata: {} }, { job_id: null, spec: null }])(
    'requires id and spec of %j',
    (body) => {
      expect(refusal(body)).toBe('Bad job spec: job_id and spec are required');
    },
  );

  it.each(['', '../a', 'a/b', '.hidden', '-a', 'ü', 'a b', 'a\0', 'a'.repeat(129), 7, {}, ['a']])(
    'refuses the id %j',
    (id) => {
      expect(refusal({ job_id: id, spec: { image: 'b' } })).toMatch(/^Bad job id /);
    },
  );

  it('names what is wrong in the order payload, fields, id, spec', () => {
    expect(refusal({ job_id: '../a' })).toBe('Bad job spec: job_id and spec are required');
    expect(refusal({ job_id: '../a', spec: { nonsense: 1 } })).toMatch(/^Bad job id/);
    expect(refusal({ job_id: 'a', spec: [] })).toBe('Bad job spec: spec must be an object, not a list');
    expect(refusal({ job_id: 'a', spec: {} })).toBe('Bad job spec: image is required');
  });

  it('names a key it does not know', () => {
    expect(refusal({ job_id: 'a', spec: { image: 'b' }, priority: 5 })).toBe(
      'Unknown key priority; known are job_id, spec, metadata, gpu_spec and retry',
    );
    expect(refusal(JSON.parse('{"job_id":"a","spec":{"image":"b"},"__proto__":{}}'))).toContain(
      'Unknown key __proto__',
    );
  });

  it.each(['spec', 'metadata', 'gpu_spec', 'retry', 'other'])(
    'refuses a payload whose %s is nested too deep',
    (key) => {
      const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
      const body = { job_id: 'a', spec: { image: 'b' } };
      expect(refusal({ ...body, [key]: nested(64) })).toBe('Job payload is nested deeper than 64');
      expect(refusal({ ...body, [key]: nested(63) })).not.toContain('nested');
      expect(refusal({ ...body, [key]: nested(100_000) })).toBe('Job payload is nested deeper than 64');
    },
  );

  it('keeps the spec, metadata and gpu_spec as they were sent', () => {
    const spec = { image: 'busybox', detach: true, environment: { A: 1 } };
    const metadata = { project_name: 'p', username: 'u', extra: [1] };
    const parsed = parse({ job_id: 'a', spec, metadata, gpu_spec: { num_gpus: 0 } });
    expect(parsed).toMatchObject({
      kind: 'ok',
      value: {
        project: 'p',
        owner: 'u',
        metadata: { metadata, gpu_spec: { num_gpus: 0 } },
        spec: { submitted: spec, retry: { maxAttempts: 1 } },
      },
    });
  });

  it('takes project and owner from the metadata, or says so where they cannot be', () => {
    expect(parse({ job_id: 'a', spec: { image: 'b' } })).toMatchObject({
      value: { project: 'default', owner: 'anonymous' },
    });
    expect(refusal({ job_id: 'a', spec: { image: 'b' }, metadata: 'x' })).toMatch(/^Bad job metadata/);
    expect(refusal({ job_id: 'a', spec: { image: 'b' }, metadata: { username: 3 } })).toContain(
      'username must be a string',
    );
    expect(refusal({ job_id: 'a', spec: { image: 'b' }, metadata: { username: 'x'.repeat(256) } })).toContain('255');
  });

  it('reads a retry policy', () => {
    expect(parse({ job_id: 'a', spec: { image: 'b' }, retry: { max_attempts: 3 } })).toMatchObject({
      value: { spec: { retry: { maxAttempts: 3 } } },
    });
    for (const retry of [{ max_attempts: 0 }, { max_attempts: 101 }, { max_attempts: '2' }, { tries: 2 }, 3, []]) {
      expect(refusal({ job_id: 'a', spec: { image: 'b' }, retry })).toMatch(/^Bad retry/);
    }
  });
});

describe('reading gpu_spec', () => {
  const withGpus = (gpus: unknown) => parse({ job_id: 'a', spec: { image: 'b' }, gpu_spec: gpus });
  it.each([
    [undefined, 0],
    [{}, 0],
    [{ num_gpus: 2 }, 2],
    [{ num_gpus: '3' }, 3],
  ])('%j asks for %d', (gpuSpec, gpus) => {
    expect(withGpus(gpuSpec)).toMatchObject({ value: { spec: { roles: [{ container: { resources: { gpus } } }] } } });
  });

  it.each([
    ['many', 'was given a value that could not be converted to an integer for GPUs usage (many)'],
    [[1], 'was given a value that could not be converted to an integer for GPUs usage ([1])'],
    [-1, 'expects an invalid number of GPUs (-1)'],
    ['-3', 'expects an invalid number of GPUs (-3)'],
    [1.5, 'expects an invalid number of GPUs (1.5)'],
  ])("takes a job for %j GPUs, which fails in the contract's words", (asked, neverFits) => {
    expect(withGpus({ num_gpus: asked })).toMatchObject({ value: { neverFits } });
  });

  it('refuses what is no gpu_spec', () => {
    expect(withGpus(4)).toMatchObject({ because: 'Bad gpu_spec: it must be an object, not a number' });
    expect(withGpus({ gpus: 1 })).toMatchObject({ because: 'Bad gpu_spec: unknown key gpus' });
  });
});

describe('reading a spec', () => {
  it('fills in what was not said', () => {
    expect(container({})).toEqual({
      image: 'busybox:latest',
      command: null,
      entrypoint: null,
      environment: [],
      mounts: [],
      workingDir: null,
      user: null,
      networkMode: null,
      runtime: null,
      name: null,
      labels: {},
      resources: { nanoCpus: 0, memoryBytes: 0, shmBytes: 0, gpus: 0 },
    });
  });

  it.each([
    ['busybox', 'busybox:latest'],
    ['busybox:1', 'busybox:1'],
    ['host:5000/team/image', 'host:5000/team/image:latest'],
    ['host:5000/team/image:2', 'host:5000/team/image:2'],
    [`image@sha256:${'a'.repeat(64)}`, `image@sha256:${'a'.repeat(64)}`],
  ])('reads the image %s as %s', (image, full) => {
    expect(container({ image })?.image).toBe(full);
  });

  it('reads every supported keyword', () => {
    expect(
      container({
        command: 'python "a b.py"',
        entrypoint: ['/bin/sh', '-c'],
        environment: { A: 'x=y', B: 2, C: true, D: null, E: '' },
        volumes: { '/srv/foundations/work/a': { bind: '/job', mode: 'rw' }, '/data/sets': { bind: '/in', mode: 'ro' } },
        working_dir: '/job',
        network: 'atlas',
        mem_limit: '512m',
        nano_cpus: 500_000_000,
        shm_size: '1g',
        user: 1000,
        runtime: 'nvidia',
        name: 'my_job',
        labels: ['seen'],
        detach: true,
      }),
    ).toEqual({
      image: 'busybox:latest',
      command: ['python', 'a b.py'],
      entrypoint: ['/bin/sh', '-c'],
      environment: ['A=x=y', 'B=2', 'C=True', 'D', 'E='],
      mounts: [
        { kind: 'bundle', target: '/job', mode: 'rw' },
        { kind: 'bind', source: '/data/sets', target: '/in', mode: 'ro' },
      ],
      workingDir: '/job',
      user: '1000',
      networkMode: 'atlas',
      runtime: 'nvidia',
      name: 'my_job',
      labels: { seen: '' },
      resources: { nanoCpus: 500_000_000, memoryBytes: 536_870_912, shmBytes: 1_073_741_824, gpus: 0 },
    });
  });

  it('names a keyword that does not exist', () => {
    expect(specRefusal({ comand: 'x' })).toBe('unknown spec key: comand');
    expect(refusal(JSON.parse('{"job_id":"a","spec":{"image":"b","__proto__":{"a":1}}}'))).toBe(
      'unknown spec key: __proto__',
    );
  });

  it('takes null for any keyword as not given', () => {
    const nothing = Object.fromEntries([...dockerPyKeywords].map((key) => [key, null]));
    expect(container({ ...nothing, image: 'busybox' })).toEqual(container({}));
  });

  it.each<[Record<string, unknown>, string]>([
    [{ image: 5 }, 'image must be a string, not a number'],
    [{ image: 'a b' }, 'image must not hold spaces'],
    [{ command: 5 }, 'command must be a string or a list of strings, not a number'],
    [{ command: ['a', 5] }, 'command[1] must be a string, not a number'],
    [{ command: 'sh -c "x' }, 'command cannot be split into words: a quotation opened with " is never closed'],
    [{ command: ['a\0'] }, 'command[0] must not hold a NUL character'],
    [{ entrypoint: {} }, 'entrypoint must be a string or a list of strings, not an object'],
    [{ environment: 'A=b' }, 'environment must be an object or a list of strings, not a string'],
    [{ environment: ['=b'] }, 'environment[0] has no name before its "="'],
    [{ environment: [['A', 'b']] }, 'environment[0] must be a string, not a list'],
    [{ mem_limit: '5x' }, 'mem_limit must be a number of bytes or a size like "512m" (units b, k, m, g, t), not "5x"'],
    [
      { mem_limit: true },
      'mem_limit must be a number of bytes or a size like "512m" (units b, k, m, g, t), not a boolean',
    ],
    [{ nano_cpus: 0.5 }, 'nano_cpus must be a whole number of 0 or more, not 0.5'],
    [{ nano_cpus: '1' }, 'nano_cpus must be a whole number of 0 or more, not a string'],
    [{ working_dir: 1 }, 'working_dir must be a string, not a number'],
    [{ working_dir: 'job' }, 'working_dir must be an absolute path'],
    [{ working_dir: '/a\tb' }, 'working_dir must not hold control characters'],
    [{ working_dir: `/${'ä'.repeat(128)}` }, 'working_dir must not hold a path with a name longer than 255 bytes'],
    [{ working_dir: '/a'.repeat(2_049) }, 'working_dir must not hold a path longer than 4096 bytes'],
    [{ user: [] }, 'user must be a string, not a list'],
    [{ name: 'a/b' }, 'name must begin with a letter or a digit and hold only letters, digits, "_", "." and "-"'],
    [{ labels: 1 }, 'labels must be an object or a list of strings, not a number'],
    [{ labels: { a: 1 } }, 'labels.a must be a string, not a number'],
    [
      { labels: { 'io.longshore.uid': 'x' } },
      'labels.io.longshore.uid is reserved: choose a name outside "io.longshore."',
    ],
    [{ network: 'a', network_mode: 'b' }, 'network and network_mode cannot be used together'],
  ])('refuses %j', (spec, because) => {
    expect(specRefusal(spec)).toBe(`Bad job spec: ${because}`);
  });

  it("refuses the host's network unless it is allowed", () => {
    expect(specRefusal({ network_mode: 'host' })).toContain('network_mode "host" is refused');
    const body = { job_id: 'a', spec: { image: 'b', network_mode: 'host' } };
    expect(parse(body, { allowHostNetwork: true })).toMatchObject({ kind: 'ok' });
  });

  it.each(['network', 'network_mode'])("refuses another container's network as %s", (key) => {
    const body = { job_id: 'a', spec: { image: 'b', [key]: 'container:other' } };
    expect(parse(body, { allowHostNetwork: true })).toMatchObject({
      because: containing(`${key} "container:other" is refused: it opens another container to the job`),
    });
    expect(specRefusal({ [key]: 'ns:/proc/1/ns/net' })).toContain("is not a network; use a network's name");
  });

  it.each([0, '0', 2_147_483_647, '1000:1000', 'daemon', '_apt:www-data', 'box$', ''])('takes the user %j', (user) => {
    expect(container({ user })?.user).toBe(String(user));
  });

  it.each([-1, 0.5, 2_147_483_648, '2147483648', '1:2:3', ':', 'a:', ':a', 'a b', '-a', '1a', 'a/b', 'a\n'])(
    'refuses the user %j',
    (user) => {
      expect(specRefusal({ user })).toContain('user must be "user" or "user:group"');
    },
  );

  it('never repeats the value of a variable', () => {
    for (const environment of [
      { TOKEN: ['s3cret'] },
      { TOKEN: { a: 's3cret' } },
      { TOKEN: 's3cret\0' },
      ['TOKEN=s3cret\0'],
      ['=s3cret'],
    ]) {
      const because = specRefusal({ environment });
      expect(because).toMatch(/^Bad job spec: environment/);
      expect(because).not.toContain('s3cret');
    }
  });
});
