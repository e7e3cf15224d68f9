import { request } from 'node:http';
import type { RunningApi } from '../running-api.ts';

/**
 * Two ways into one Longshore. Every change here goes in by the first and is looked for by the second: over SQLite both
 * are the same api, over PostgreSQL they are two that share nothing but the database and the stores.
 */
export type TwoApis = { readonly one: RunningApi; readonly other: RunningApi; readonly close: () => Promise<void> };

export type RawAnswer = { readonly status: number; readonly text: string; readonly type: string };

/** A request whose path goes over the wire as it is written: `fetch` would take `..` and `%2e%2e` out of it. */
export const ask = (api: RunningApi, method: string, path: string, body?: unknown): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const sent = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(sent) };
    const asked = request({ hostname, port, method, path, ...(body === undefined ? {} : { headers }) }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: answer.statusCode ?? 0, text, type: answer.headers['content-type'] ?? '' });
      });
    });
    asked.once('error', reject);
    asked.end(sent);
  });

/** An answer's JSON, which the contract ends with a newline. */
export const jsonIn = ({ status, text, type }: RawAnswer): unknown => {
  if (status >= 300 || !type.startsWith('application/json') || !text.endsWith('\n'))
    throw new Error(`${status}: ${text}`);
  return JSON.parse(text) as unknown;
};

export const plain = (status: number, text: string): RawAnswer => ({ status, text, type: 'text/plain; charset=utf-8' });
export const DONE: RawAnswer = { status: 204, text: '', type: '' };
