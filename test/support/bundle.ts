import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A bundle as the SDK makes it: a tar.gz with one top folder named for the job. */
export const bundleOf = async (jobId: string, files: Readonly<Record<string, string>>): Promise<Uint8Array> => {
  const archive = pack();
  archive.entry({ name: `${jobId}/`, type: 'directory', mode: 0o755 });
  for (const [name, content] of Object.entries(files))
    archive.entry({ name: `${jobId}/${name}`, mode: 0o644 }, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
};
