import { createGzip } from 'node:zlib';
import { type Header as TarHeader, pack } from 'tar-stream';
import type { RunningApi } from './running-api.ts';

type Entry = Partial<TarHeader> & { readonly name: string; readonly content?: string };

/** A tar.gz of the given entries, as raw as they are named. */
export const tarGz = async (entries: readonly Entry[]): Promise<Buffer> => {
  const tar = pack();
  for (const { content = '', ...header } of entries)
    tar.entry({ mtime: new Date(0), ...header }, header.type === undefined ? content : '');
  tar.finalize();
  return Buffer.concat(await tar.pipe(createGzip()).toArray());
};

export const goodBundle = (id: string, script = 'print(1)\n'): Promise<Buffer> =>
  tarGz([
    { name: `${id}/`, type: 'directory' },
    { name: `${id}/main.py`, content: script },
  ]);

export type Answer = { readonly status: number; readonly text: string; readonly headers: Headers };

export const call = async (api: RunningApi, path: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(`${api.url}${path}`, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
};

export const postJson = (api: RunningApi, path: string, body: unknown): Promise<Answer> =>
  call(api, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

export const upload = (
  api: RunningApi,
  fileName: string,
  content: Uint8Array,
  field = 'job_bundle',
): Promise<Answer> => {
  const form = new FormData();
  form.set(field, new Blob([content]), fileName);
  return call(api, '/job_bundle', { method: 'POST', body: form });
};

export const submission = (id: string, spec: Record<string, unknown> = {}) => ({
  job_id: id,
  spec: { image: 'busybox', command: 'true', ...spec },
  metadata: { project_name: 'p', username: 'u' },
  gpu_spec: {},
});

/** Uploads a bundle and submits: the SDK's two calls. */
export const submit = async (api: RunningApi, id: string, spec: Record<string, unknown> = {}): Promise<Answer> => {
  await upload(api, `${id}.tgz`, await goodBundle(id));
  return postJson(api, '/queued_jobs', submission(id, spec));
};
