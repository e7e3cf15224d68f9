import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LongshoreError } from '../../model/error.ts';
import { download } from './download.ts';

const DEFAULT_INDEX = 'https://pypi.org/simple';

export type IndexedFile = { readonly name: string; readonly url: string; readonly sha256: string | null };

/** Which index pip would use here: PIP_INDEX_URL, then pip's configuration files, then PyPI. */
export const configuredIndex = async (env: Readonly<Record<string, string | undefined>>): Promise<string> => {
  if (env['PIP_INDEX_URL'] !== undefined) return env['PIP_INDEX_URL'];
  const files = [
    env['PIP_CONFIG_FILE'],
    join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'pip/pip.conf'),
    join(homedir(), '.pip/pip.conf'),
    '/etc/pip.conf',
  ];
  for (const file of files) {
    if (file === undefined) continue;
    const text = await readFile(file, 'utf8').catch(() => '');
    const matched = /^\s*index[-_]url\s*[=:]\s*(\S+)/m.exec(text);
    if (matched?.[1] !== undefined) return matched[1];
  }
  return DEFAULT_INDEX;
};

const jsonPageSchema = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), hashes: z.record(z.string(), z.string()) })),
});

const fromHtml = (html: string): { readonly name: string; readonly href: string }[] =>
  [...html.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>\s*([^<]+?)\s*<\/a>/gi)].map(([, href = '', name = '']) => ({
    name,
    href: href.replaceAll('&amp;', '&'),
  }));

/** The files of a package by the simple API, as JSON (PEP 691) or as HTML (PEP 503), whichever the index speaks. */
export const listFiles = async (index: string, packageName: string): Promise<readonly IndexedFile[]> => {
  const page = await download(`${index.replace(/\/+$/, '')}/${packageName}/`, {
    accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.5',
  });
  const text = new TextDecoder().decode(page.body);
  if (page.contentType.includes('json')) {
    return jsonPageSchema.parse(JSON.parse(text)).files.map(({ filename, url, hashes }) => ({
      name: filename,
      url: new URL(url, page.url).href,
      sha256: hashes['sha256'] ?? null,
    }));
  }
  return fromHtml(text).map(({ name, href }) => {
    const url = new URL(href, page.url);
    const sha256 = /sha256=([0-9a-f]{64})/.exec(url.hash)?.[1] ?? null;
    url.hash = '';
    return { name, url: url.href, sha256 };
  });
};

/** The file's bytes, if they are what the index says they are. A file without a sha256 in the index is refused. */
export const downloadVerified = async (index: string, file: IndexedFile): Promise<Uint8Array> => {
  if (file.sha256 === null) {
    throw new LongshoreError(
      'download_unverified',
      `the index gives no sha256 for ${file.name}, so it cannot be trusted`,
    );
  }
  // An index behind a password serves its files behind the same one; another origin must not be shown it.
  const [from, to] = [new URL(index), new URL(file.url)];
  if (from.origin === to.origin) {
    to.username = from.username;
    to.password = from.password;
  }
  const { body } = await download(to.href);
  const found = createHash('sha256').update(body).digest('hex');
  if (found === file.sha256) return body;
  throw new LongshoreError('download_corrupt', `${file.name} has sha256 ${found}, the index says ${file.sha256}`);
};
