import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { pack, type Pack } from 'tar-stream';
import { LongshoreError } from '../../model/error.ts';
import type { Console } from './console.ts';
import { canInstall, installPackages } from './debian-packages.ts';
import { findProgram } from './find-program.ts';

const runFile = promisify(execFile);

/** A dynamic binary names its loader in a PT_INTERP program header (type 3); a static one has none. */
const isStatic = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const head = Buffer.alloc(4096);
    await file.read(head, 0, head.length, 0);
    if (head.toString('latin1', 0, 4) !== '\x7fELF' || head[4] !== 2) return false;
    const [table, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
    for (let index = 0; index < count; index += 1) {
      const at = table + index * size;
      if (at + 4 > head.length) return false;
      if (head.readUInt32LE(at) === 3) return false;
    }
    return true;
  } finally {
    await file.close();
  }
};

const staticBusybox = async (console: Console): Promise<string> => {
  for (const attempt of ['installed', 'after installing'] as const) {
    const path = await findProgram('busybox', undefined);
    if (path !== null && (await isStatic(path))) return path;
    if (attempt === 'installed' && (await canInstall())) {
      await installPackages(['busybox-static'], 'the image of the demo job is made from it', console);
    }
  }
  throw new LongshoreError(
    'busybox_not_found',
    'no statically linked busybox is installed; install the package busybox-static, or make the image busybox:1.37 pullable',
  );
};

const add = (archive: Pack, header: Parameters<Pack['entry']>[0], content = Buffer.alloc(0)): void => {
  archive.entry({ mtime: new Date(0), ...header }, content);
};

const fileSystem = async (busybox: string): Promise<Pack> => {
  const applets = (await runFile(busybox, ['--list'])).stdout
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox');
  const archive = pack();
  for (const name of ['bin', 'etc', 'root', 'usr', 'usr/bin', 'proc', 'sys', 'dev'])
    add(archive, { name, type: 'directory', mode: 0o755 });
  add(archive, { name: 'tmp', type: 'directory', mode: 0o1777 });
  add(archive, { name: 'etc/passwd', mode: 0o644 }, Buffer.from('root:x:0:0:root:/root:/bin/sh\n'));
  add(archive, { name: 'etc/group', mode: 0o644 }, Buffer.from('root:x:0:\n'));
  add(archive, { name: 'bin/busybox', mode: 0o755 }, await readFile(busybox));
  for (const applet of applets) add(archive, { name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  archive.finalize();
  return archive;
};

/** Makes `repository:tag` on the engine from this system's static busybox, with every applet on PATH. Again = the same image. */
export const importBusyboxImage = async (engine: Docker, image: string, console: Console): Promise<void> => {
  const archive = await fileSystem(await staticBusybox(console));
  const [repo, tag = 'latest'] = image.split(':');
  const answer = await engine.importImage(Readable.from(archive, { objectMode: false }), {
    repo,
    tag,
    changes: ['ENV PATH=/bin:/usr/bin'],
  });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(answer, (error) => (error === null ? resolve() : reject(error)));
  });
};
