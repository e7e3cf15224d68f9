import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { FormData, type Response } from 'undici';
import { LongshoreError } from '../../model/error.ts';
import { finalJobStates, jobRecordSchema, type JobRecord } from '../../model/job-record.ts';
import { patientFetch } from './patient-fetch.ts';

/** What one does with a job over REST, as the demo does it: submits like the Foundations SDK, watches natively. */
export interface DemoClient {
  upload(jobId: string, bundle: Uint8Array): Promise<void>;
  submit(body: Readonly<Record<string, unknown>>): Promise<void>;
  /** Gives the log's text as it is written; resolves when the log is whole. */
  followLogs(jobId: string, onText: (text: string) => void): Promise<void>;
  /** Resolves when the job has ended. */
  ended(jobId: string): Promise<JobRecord>;
  /** The text of one of the job's artifacts. */
  artifact(jobId: string, name: string): Promise<string>;
}

const POLL_MS = 200;

const expectStatus = async (answer: Response, status: number): Promise<Response> => {
  if (answer.status === status) return answer;
  throw new LongshoreError('refused', `${answer.url} answered ${answer.status}: ${(await answer.text()).trim()}`);
};

const fileIn = async (archive: Uint8Array, path: string): Promise<string> => {
  const unpacked = extract();
  Readable.from([gunzipSync(archive)]).pipe(unpacked);
  const names: string[] = [];
  for await (const entry of unpacked) {
    names.push(entry.header.name);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
    if (entry.header.name === path) return Buffer.concat(chunks).toString();
  }
  throw new LongshoreError('artifact_missing', `the artifacts hold ${names.join(', ') || 'nothing'}, but not ${path}`);
};

export const createDemoClient = (apiUrl: string, abort: AbortSignal): DemoClient => {
  const request = (path: string, init = {}) => patientFetch(`${apiUrl}${path}`, init, abort);
  return {
    upload: async (jobId, bundle) => {
      const body = new FormData();
      body.set('job_bundle', new Blob([bundle]), `${jobId}.tgz`);
      await expectStatus(await request('/job_bundle', { method: 'POST', body }), 200);
    },
    submit: async (body) => {
      const headers = { 'content-type': 'application/json' };
      await expectStatus(await request('/queued_jobs', { method: 'POST', headers, body: JSON.stringify(body) }), 201);
    },
    followLogs: async (jobId, onText) => {
      let seenBytes = 0;
      for (;;) {
        const answer = await expectStatus(await request(`/api/v1/jobs/${jobId}/logs?follow=true`), 200);
        let readBytes = 0;
        const decoder = new TextDecoder();
        try {
          const chunks: AsyncIterable<unknown> | readonly unknown[] = answer.body ?? [];
          for await (const chunk of chunks) {
            if (!(chunk instanceof Uint8Array)) continue;
            // After a cut the log comes from its beginning again: go on where the eye was.
            const fresh = chunk.subarray(Math.max(0, seenBytes - readBytes));
            readBytes += chunk.length;
            seenBytes = Math.max(seenBytes, readBytes);
            if (fresh.length > 0) onText(decoder.decode(fresh, { stream: true }));
          }
          return;
        } catch {
          abort.throwIfAborted();
        }
      }
    },
    ended: async (jobId) => {
      for (;;) {
        const answer = await expectStatus(await request(`/api/v1/jobs/${jobId}`), 200);
        const record = jobRecordSchema.parse(await answer.json());
        if (finalJobStates.some((state) => state === record.state)) return record;
        await sleep(POLL_MS, null, { signal: abort });
      }
    },
    artifact: async (jobId, name) => {
      const answer = await expectStatus(await request(`/job_bundle/${jobId}`), 200);
      return fileIn(new Uint8Array(await answer.arrayBuffer()), `${jobId}/${name}`);
    },
  };
};
