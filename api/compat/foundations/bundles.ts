import type { Readable } from 'node:stream';
import type { RequestHandler } from 'express';
import { type JobId, jobIdSchema } from '../../../model/ids.ts';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { sendStream } from '../../http/send-stream.ts';
import { uploadBundle, type UploadAnswer } from '../../operations/upload-bundle.ts';
import { receiveFile } from './receive-file.ts';
import { sendBareText, sendText } from './text-answers.ts';

const SUFFIX = '.tgz';

const parseName = (name: string): JobId | null => {
  const jobId = jobIdSchema.safeParse(name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : null);
  return jobId.success ? jobId.data : null;
};

type Taken = { readonly name: string; readonly answer: UploadAnswer | { readonly kind: 'bad_name' } };

/** POST /job_bundle: the file goes straight to the blob store; one too large is cut off there. */
export const postBundle =
  (deps: ApiDeps, options: ApiOptions): RequestHandler =>
  async (request, response) => {
    const take = async (name: string, content: Readable): Promise<Taken> => {
      const jobId = parseName(name);
      if (jobId === null) return { name, answer: { kind: 'bad_name' } };
      return { name, answer: await uploadBundle(deps, options, jobId, content) };
    };
    const received = await receiveFile(request, 'job_bundle', take);
    switch (received.kind) {
      case 'no_files':
        sendText(response, 400, 'No files in request');
        return;
      case 'other_files':
        sendBareText(response, 400, 'Job bundle not found in request', 'the form field of the file is job_bundle');
        return;
      case 'malformed':
        sendText(response, 400, 'Invalid job bundle: the multipart body is malformed or ends early');
        return;
      case 'received':
        break;
    }
    const { name, answer } = received.answer;
    switch (answer.kind) {
      case 'uploaded':
        sendText(response, 200, 'Job bundle uploaded');
        return;
      case 'bad_name':
        sendText(
          response,
          400,
          `Bad job bundle name "${name.slice(0, 200)}": it must be <job_id>${SUFFIX} with a valid job id`,
        );
        return;
      case 'invalid':
        if (answer.isArchive) sendText(response, 400, `Invalid job bundle: ${answer.because}`);
        else sendBareText(response, 400, 'Invalid job bundle', answer.because);
        return;
      case 'too_large': {
        const sent = request.get('Content-Length');
        const sentBytes = sent === undefined ? '' : ` (the request has ${sent} bytes)`;
        sendText(
          response,
          413,
          `Job bundle ${name} is larger than the limit of ${answer.limitBytes} bytes${sentBytes}`,
        );
        return;
      }
    }
  };

const notPermitted = (error: unknown): 'not_permitted' => {
  if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')) {
    return 'not_permitted';
  }
  throw error;
};

/** GET /job_bundle/<id>: what the job left in its artifacts folder. */
export const getArtifacts =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const jobId = jobIdSchema.safeParse(request.params['id']);
    const job = jobId.success ? await deps.ledger.job({ jobId: jobId.data }) : null;
    if (job === null) {
      sendText(response, 404, `No archive directory found for Job ${String(request.params['id'])}`);
      return;
    }
    const digest = job.record.artifactsDigest;
    const blob = digest === null ? null : await deps.blobs.read(digest).catch(notPermitted);
    if (blob === 'not_permitted') {
      sendText(response, 401, `Longshore may not read the artifacts of Job ${job.record.jobId}`);
      return;
    }
    if (blob === null) {
      sendText(response, 404, `The artifact directory was not found for Job ${job.record.jobId}`);
      return;
    }
    response.set('Content-Length', String(blob.bytes)).type('application/gzip');
    await sendStream(response, blob.content);
  };
