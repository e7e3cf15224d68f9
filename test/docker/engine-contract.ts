import { afterEach, describe, expect, it } from 'vitest';
import type { ContainerSummary, Engine, EngineLogRecord } from '../../activities/docker/engine.ts';
import { LABELS } from '../../model/names.ts';

type Setting = { readonly engine: Engine; readonly image: string };
const forEver = (): AbortSignal => AbortSignal.timeout(20_000);

/** What every adapter of the engine port keeps, on an engine that has `image` with a busybox shell. */
export const engineContract = (name: string, { engine, image }: Setting): void => {
  const mark = `contract-${Date.now()}`;
  const create = async (
    cmd: readonly string[],
    host: Record<string, unknown> = {},
    body: Record<string, unknown> = {},
  ) => {
    const created = await engine.create({
      name: `${mark}-${Math.random().toString(36).slice(2)}`,
      body: {
        Image: image,
        Cmd: cmd,
        Labels: { [LABELS.uid]: mark },
        HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'local' }, ...host },
        ...body,
      },
    });
    if (created.kind !== 'ok') throw new Error(created.message);
    return created.value;
  };
  const ended = async (cmd: readonly string[], host: Record<string, unknown> = {}) => {
    const id = await create(cmd, host);
    expect(await engine.start(id)).toMatchObject({ kind: 'ok' });
    await engine.wait(id, forEver());
    return { id, details: await engine.inspect(id) };
  };
  const logOf = async (id: string, follow = false): Promise<EngineLogRecord[]> => {
    const records: EngineLogRecord[] = [];
    for await (const record of engine.logs(id, follow, forEver())) records.push(record);
    return records;
  };
  const ours = (): Promise<readonly ContainerSummary[]> => engine.list({ [LABELS.uid]: mark });

  describe(`the engine ${name}`, () => {
    afterEach(async () => {
      for (const { id, state } of await ours()) {
        if (state === 'running') {
          await engine.kill(id, 'SIGKILL');
          await engine.wait(id, forEver());
        }
        await engine.remove(id);
      }
    });

    it('knows itself and its images', async () => {
      expect(await engine.info()).toMatchObject({ id: expect.any(String), cpus: expect.any(Number) });
      expect(await engine.findImage(image)).toMatch(/^sha256:/);
      expect(await engine.findImage(image, 'linux')).toMatch(/^sha256:/);
      expect(await engine.findImage(image, 'linux/s390x')).toBeNull();
      expect(await engine.findImage('longshore-test/no-such-image:1')).toBeNull();
    });

    it('tells the life of a container as it is', async () => {
      const id = await create(['sh', '-c', 'exit 3']);
      expect(await engine.inspect(id)).toMatchObject({
        state: 'created',
        startedAtMs: null,
        labels: { [LABELS.uid]: mark },
      });
      expect((await ours()).map((each) => each.id)).toEqual([id]);
      expect(await engine.start(id)).toEqual({ kind: 'ok', value: undefined });
      await engine.wait(id, forEver());
      const details = await engine.inspect(id);
      expect(details).toMatchObject({ state: 'exited', exitCode: 3, oomKilled: false });
      expect(Math.abs((details?.startedAtMs ?? 0) - Date.now())).toBeLessThan(20_000);
      await engine.remove(id);
      await engine.remove(id);
      expect(await engine.inspect(id)).toBeNull();
      await engine.wait(id, forEver());
    });

    it('says that a start of what runs already is fine', async () => {
      const id = await create(['sleep', '30']);
      await engine.start(id);
      expect(await engine.start(id)).toEqual({ kind: 'ok', value: undefined });
    });

    it('says which command does not exist, which user, which image, which name is taken', async () => {
      expect(await engine.start(await create(['no-such-command']))).toMatchObject({ kind: 'command_not_found' });
      expect(await engine.start(await create(['/no/such/file']))).toMatchObject({ kind: 'command_not_found' });
      expect(await engine.start(await create(['true'], {}, { User: 'nobody-here' }))).toMatchObject({
        kind: 'bad_request',
      });
      const labels = { [LABELS.uid]: mark };
      const body = { Image: image, Labels: labels };
      expect(await engine.create({ name: `${mark}-x`, body: { ...body, Image: 'no/such:image' } })).toMatchObject({
        kind: 'image_not_found',
      });
      expect(await engine.create({ name: `${mark}-n`, body })).toMatchObject({ kind: 'bad_request' });
      const runnable = { ...body, Cmd: ['true'] };
      expect(await engine.create({ name: `${mark}-n`, body: runnable })).toMatchObject({ kind: 'ok' });
      expect(await engine.create({ name: `${mark}-n`, body: runnable })).toMatchObject({ kind: 'name_taken' });
    });

    it('says that the kernel killed it for its memory', async () => {
      const { details } = await ended(['sh', '-c', 'sleep 0.5; x=a; while true; do x=$x$x$x$x; done'], {
        Memory: 16 * 1024 * 1024,
      });
      expect(details).toMatchObject({ oomKilled: true, exitCode: 137 });
    });

    it('signals what runs, and says when nothing does', async () => {
      const id = await create(['sleep', '30']);
      expect(await engine.kill(id, 'SIGKILL')).toBe(false);
      await engine.start(id);
      expect(await engine.kill(id, 'SIGKILL')).toBe(true);
      await engine.wait(id, forEver());
      expect(await engine.kill(id, 'SIGKILL')).toBe(false);
      expect(await engine.kill('0'.repeat(64), 'SIGKILL')).toBe(false);
    });

    it('stops waiting when told to', async () => {
      const id = await create(['sleep', '30']);
      await engine.start(id);
      await expect(engine.wait(id, AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'engine_unreachable' });
    });

    it('samples what runs and answers null for what does not', async () => {
      const id = await create(['sh', '-c', 'while true; do true; done']);
      await engine.start(id);
      const sample = await engine.usage(id);
      expect(sample?.memoryBytes).toBeGreaterThan(0);
      expect(sample?.cpuSeconds).toBeGreaterThanOrEqual(0);
      await engine.kill(id, 'SIGKILL');
      await engine.wait(id, forEver());
      expect(await engine.usage(id)).toBeNull();
      expect(await engine.usage('0'.repeat(64))).toBeNull();
    });

    it('gives the log byte by byte: not UTF-8, carriage returns, both streams, no last newline', async () => {
      const { id } = await ended([
        'sh',
        '-c',
        'printf "a\\377\\000b\\r50%%\\r100%%\\n\\n"; sleep 0.2; printf err >&2; sleep 0.2; printf tail',
      ]);
      const records = (await logOf(id)).toSorted((left, right) => left.stream.localeCompare(right.stream));
      expect(
        records.map(({ stream, partial, text }) => [stream, partial, Buffer.from(text).toString('latin1')]),
      ).toEqual([
        ['stderr', true, 'err'],
        ['stdout', false, 'a\xff\0b\r50%\r100%'],
        ['stdout', false, ''],
        ['stdout', true, 'tail'],
      ]);
      for (const { time } of records) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    });

    it('gives long lines in pieces that make the line again', async () => {
      const { id } = await ended([
        'sh',
        '-c',
        'for n in 1 2; do head -c 100000 /dev/zero | tr "\\0" $n; echo; done; echo short',
      ]);
      const records = await logOf(id);
      const lines = records.reduce<string[]>(
        (all, { text, partial }) => [
          ...all.slice(0, -1),
          (all.at(-1) ?? '') + Buffer.from(text).toString(),
          ...(partial ? [] : ['']),
        ],
        [''],
      );
      expect(lines).toEqual(['1'.repeat(100_000), '2'.repeat(100_000), 'short', '']);
    });

    it('follows a log from its first record', async () => {
      const id = await create(['sh', '-c', 'for n in 1 2 3; do echo $n; sleep 0.1; done; sleep 0.3']);
      await engine.start(id);
      expect((await logOf(id, true)).map(({ text }) => Buffer.from(text).toString())).toEqual(['1', '2', '3']);
    });

    it('says that a pull from a registry that is not there failed', async () => {
      const pulled = await engine.pull('127.0.0.1:1/no/image:1', () => undefined, forEver());
      expect(pulled).toMatchObject({ kind: 'pull_failed' });
    });
  });
};
