import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack, type Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBundleDirectories } from '../../activities/bundle/bundle-directory.ts';
import { scanBundle } from '../../activities/bundle/scan.ts';
import { unpackBundle } from '../../activities/bundle/unpack.ts';
import { packArtifacts } from '../../activities/host/artifacts.ts';
import { digestSchema } from '../../model/ids.ts';
import { aReplica } from './host-fixture.ts';

type Entry = Partial<Header> & { readonly name: string; readonly content?: string };
const tarOf = (entries: readonly Entry[]): Promise<Buffer> => {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  return buffer(Readable.from(archive));
};
const good: readonly Entry[] = [
  { name: 'train/', type: 'directory', mode: 0o755 },
  { name: 'train/main.py', content: 'print(1)', mode: 0o755 },
  { name: './train/data/x', content: 'x' },
  { name: 'train/link', type: 'symlink', linkname: 'data/x' },
  { name: 'train/data/up', type: 'symlink', linkname: '../main.py' },
  { name: 'train/hard', type: 'link', linkname: 'train/main.py' },
];
const limits = { topFolder: 'train', maxEntries: 100, maxBytes: 1024 * 1024 };
const streamOf = (bytes: Buffer): Readable => Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]);

const attacks: Readonly<Record<string, readonly Entry[]>> = {
  'a path that climbs': [{ name: 'train/../../evil', content: 'x' }],
  'a name no file system takes': [{ name: `train/${'n'.repeat(256)}`, content: 'x' }],
  'a path that is too long': [{ name: `train/${'n/'.repeat(1100)}x`, content: 'x' }],
  'a link to a path that is too long': [{ name: 'train/l', type: 'symlink', linkname: 'n/'.repeat(2100) }],
  'an absolute path': [{ name: '/etc/evil', content: 'x' }],
  'another top folder': [{ name: 'other/x', content: 'x' }],
  'a file beside the top folder': [...good, { name: 'evil', content: 'x' }],
  'the top folder as a link': [{ name: 'train', type: 'symlink', linkname: '/etc' }],
  'an absolute link': [{ name: 'train/l', type: 'symlink', linkname: '/etc/passwd' }],
  'a link that climbs out': [{ name: 'train/l', type: 'symlink', linkname: '../../etc' }],
  'a link that climbs after going down': [{ name: 'train/l', type: 'symlink', linkname: 'a/../../..' }],
  'a file through a link': [
    { name: 'train/d', type: 'symlink', linkname: '.' },
    { name: 'train/d/x', content: 'x' },
  ],
  'a link written through a link': [
    { name: 'train/a/b/s', type: 'symlink', linkname: '../..' },
    { name: 'train/a/b/s/t', type: 'symlink', linkname: '../../..' },
  ],
  'a file in the place of a link': [
    { name: 'train/l', type: 'symlink', linkname: 'x' },
    { name: 'train/l', content: 'x' },
  ],
  'a hard link to the outside': [{ name: 'train/h', type: 'link', linkname: '../../etc/passwd' }],
  'a hard link through a link': [
    { name: 'train/l', type: 'symlink', linkname: 'x' },
    { name: 'train/h', type: 'link', linkname: 'train/l' },
  ],
  'a device': [{ name: 'train/sda', type: 'block-device', devmajor: 8, devminor: 0 }],
  'a pipe': [{ name: 'train/p', type: 'fifo' }],
  'too many entries': Array.from({ length: 101 }, (_, index) => ({ name: `train/${index}` })),
  'no entry at all': [],
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-bundle-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a bundle', () => {
  it('is unpacked as it was packed, from tar and from tar.gz', async () => {
    const tar = await tarOf(good);
    for (const bytes of [tar, gzipSync(tar)]) {
      const into = join(directory, String(bytes.length));
      await mkdir(into);
      expect(await unpackBundle(streamOf(bytes), into, limits)).toMatchObject({ kind: 'ok', entries: 6 });
      expect(readFileSync(join(into, 'train/main.py'), 'utf8')).toBe('print(1)');
      expect(statSync(join(into, 'train/main.py')).mode & 0o777).toBe(0o755);
      expect(readFileSync(join(into, 'train/link'), 'utf8')).toBe('x');
      expect(readFileSync(join(into, 'train/data/up'), 'utf8')).toBe('print(1)');
      expect(readFileSync(join(into, 'train/hard'), 'utf8')).toBe('print(1)');
      expect(await scanBundle(streamOf(bytes), limits)).toMatchObject({ kind: 'ok', entries: 6 });
    }
  });

  for (const [attack, entries] of Object.entries(attacks)) {
    it(`with ${attack} is refused, and nothing lands outside`, async () => {
      const bytes = gzipSync(await tarOf(entries));
      const into = join(directory, 'deep/er');
      await mkdir(into, { recursive: true });
      expect(await scanBundle(streamOf(bytes), limits)).toMatchObject({ kind: 'invalid' });
      expect(await unpackBundle(streamOf(bytes), into, limits)).toMatchObject({ kind: 'invalid' });
      expect(readdirSync(directory)).toEqual(['deep']);
      expect(readdirSync(join(directory, 'deep'))).toEqual(['er']);
      expect(readdirSync(into).filter((name) => name !== 'train')).toEqual([]);
    });
  }

  it('that decompresses to more than the limit is refused before it fills a disk', async () => {
    const bomb = gzipSync(await tarOf([{ name: 'train/zeros', content: '\0'.repeat(8 * 1024 * 1024) }]));
    expect(bomb.length).toBeLessThan(20_000);
    expect(await scanBundle(streamOf(bomb), limits)).toMatchObject({ kind: 'invalid' });
  });

  it('with an endless name is refused before it fills the memory', async () => {
    const header = Buffer.from((await tarOf([{ name: 'train/x', size: 0 }])).subarray(0, 512));
    header.write('L', 156);
    header.write('00040000000', 124);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const endless = Buffer.concat([header, Buffer.alloc(4 * 1024 * 1024)]);
    expect(await scanBundle(streamOf(endless), { ...limits, maxBytes: 1e9 })).toEqual({
      kind: 'invalid',
      isArchive: true,
      because: 'an entry has an endless name',
    });
  });

  it('with an entry of a type that nobody knows is refused', async () => {
    const header = Buffer.from((await tarOf([{ name: 'train/x', size: 0 }])).subarray(0, 512));
    header.write('S', 156);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const bytes = Buffer.concat([header, Buffer.alloc(1024)]);
    expect(await scanBundle(streamOf(bytes), limits)).toMatchObject({ kind: 'invalid' });
  });

  it('that is no archive, or half of one, is refused', async () => {
    const whole = gzipSync(await tarOf(good));
    for (const bytes of [
      Buffer.from('hello'),
      Buffer.alloc(0),
      whole.subarray(0, whole.length / 2),
      Buffer.from('a'.repeat(4096)),
    ]) {
      expect(await scanBundle(streamOf(bytes), limits)).toMatchObject({ kind: 'invalid' });
    }
  });

  it('whose source breaks off is not called invalid', async () => {
    const whole = gzipSync(await tarOf(good));
    const broken = Readable.from(
      (async function* () {
        yield whole.subarray(0, 40);
        throw new Error('connection lost');
      })(),
    );
    await expect(scanBundle(broken, limits)).rejects.toThrow('connection lost');
  });
});

describe('a bundle directory', () => {
  const uploaded = { digest: digestSchema.parse(`sha256:${'a'.repeat(64)}`), topFolder: 'train' };
  const directories = () =>
    createBundleDirectories({ workDir: join(directory, 'work'), markerDir: join(directory, 'markers') });
  const bundle = (content: string) => async () => Readable.from([await tarOf([{ name: 'train/f', content }])]);
  const content = () => readFileSync(join(directory, 'work/train/f'), 'utf8');

  it('is unpacked once per attempt, and anew for the next attempt or job', async () => {
    const replica = aReplica({ jobId: 'train' });
    const bundles = directories();
    expect(await bundles.install(replica, uploaded, bundle('1'))).toEqual({ kind: 'ready' });
    await writeFile(join(directory, 'work/train/f'), 'changed by the job');
    await bundles.install(replica, uploaded, bundle('2'));
    expect(content()).toBe('changed by the job');
    await bundles.install({ ...replica, attempt: 2 }, uploaded, bundle('3'));
    expect(content()).toBe('3');
    await bundles.install(aReplica({ jobId: 'train' }), uploaded, bundle('4'));
    expect(content()).toBe('4');
  });

  it('is unpacked under the id of the run, whatever its archive’s folder is named', async () => {
    await directories().install(aReplica({ jobId: 'train_20260101_030000' }), uploaded, bundle('a run'));
    expect(readdirSync(join(directory, 'work'))).toEqual(['train_20260101_030000']);
    expect(readFileSync(join(directory, 'work/train_20260101_030000/f'), 'utf8')).toBe('a run');
  });

  it('is removed only by the attempt it belongs to', async () => {
    const replica = aReplica({ jobId: 'train' });
    const bundles = directories();
    await bundles.install({ ...replica, attempt: 2 }, uploaded, bundle('2'));
    await bundles.remove(replica);
    await bundles.remove(aReplica({ jobId: 'train' }));
    expect(content()).toBe('2');
    await bundles.remove({ ...replica, attempt: 2 });
    expect(existsSync(join(directory, 'work/train'))).toBe(false);
    expect(readdirSync(join(directory, 'markers'))).toEqual([]);
  });

  it('that is not ours is moved aside, not removed', async () => {
    await mkdir(join(directory, 'work/train'), { recursive: true });
    await writeFile(join(directory, 'work/train/thesis.tex'), 'precious');
    const replica = aReplica({ jobId: 'train' });
    await directories().install(replica, uploaded, bundle('1'));
    expect(content()).toBe('1');
    expect(readFileSync(join(directory, `work/train.before-${replica.uid}-1/thesis.tex`), 'utf8')).toBe('precious');
  });

  it('shows nothing of a bundle that turned out invalid, and sweeps up after a crash', async () => {
    const invalid = await directories().install(aReplica({ jobId: 'train' }), uploaded, async () =>
      Readable.from([Buffer.from('no tar')]),
    );
    expect(invalid).toMatchObject({ kind: 'invalid' });
    await mkdir(join(directory, 'work/.longshore-unpacking-x'));
    await directories().sweep();
    expect(readdirSync(join(directory, 'work'))).toEqual([]);
  });
});

describe('artifacts', () => {
  const namesIn = async (archive: Readable): Promise<Record<string, string>> => {
    const found: Record<string, string> = {};
    const reader = extract();
    reader.end(gunzipSync(await buffer(archive)));
    for await (const entry of reader) {
      found[entry.header.name] =
        entry.header.type === 'symlink' ? `-> ${entry.header.linkname}` : String(await buffer(Readable.from(entry)));
    }
    return found;
  };

  it('are packed under the id of the job, links as links', async () => {
    const artifacts = join(directory, 'train/artifacts');
    await mkdir(join(artifacts, 'models'), { recursive: true });
    await writeFile(join(artifacts, 'models/a.bin'), 'weights');
    await writeFile(join(artifacts, 'empty'), '');
    await writeFile(join(artifacts, 'big'), Buffer.alloc(3_000_000, 'b'));
    await symlink('/etc/passwd', join(artifacts, 'secret'));
    const archive = await packArtifacts(directory, 'train');
    if (archive === null) throw new Error('nothing was packed');
    const found = await namesIn(archive.content);
    expect(Object.keys(found)).toEqual([
      'train/',
      'train/big',
      'train/empty',
      'train/models/',
      'train/models/a.bin',
      'train/secret',
    ]);
    expect(found['train/models/a.bin']).toBe('weights');
    expect(found['train/secret']).toBe('-> /etc/passwd');
    expect(found['train/big']).toHaveLength(3_000_000);
  });

  it('are none where the folder is missing or empty', async () => {
    expect(await packArtifacts(directory, 'train')).toBeNull();
    await mkdir(join(directory, 'train/artifacts'), { recursive: true });
    expect(await packArtifacts(directory, 'train')).toBeNull();
  });

  it('are refused where the job made the folder a link to the files of the host', async () => {
    await mkdir(join(directory, 'train'));
    await symlink('/etc', join(directory, 'train/artifacts'));
    await expect(packArtifacts(directory, 'train')).rejects.toMatchObject({ code: 'artifacts_elsewhere' });
  });
});
