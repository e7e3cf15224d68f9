import type { RequestHandler } from 'express';
import { claimBlob, HOST_CLAIMANT } from '../../../ledger/claim-blob.ts';
import { digestSchema } from '../../../model/ids.ts';
import type { ApiDeps, ApiOptions } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { sendStream } from '../../http/send-stream.ts';

export const getBlob =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const digest = digestSchema.safeParse(request.params['digest']);
    const blob = digest.success ? await deps.blobs.read(digest.data) : null;
    if (blob === null) {
      sendProblem(response, {
        status: 404,
        code: 'no_such_blob',
        detail: `There is no blob ${String(request.params['digest'])}`,
      });
      return;
    }
    response.set('Content-Length', String(blob.bytes)).type('application/octet-stream');
    await sendStream(response, blob.content);
  };

export const postBlob =
  (deps: ApiDeps, options: ApiOptions): RequestHandler =>
  async (request, response) => {
    const limitBytes = options.maxArtifactBytes;
    const written = await deps.blobs.write(request, limitBytes, (digest) =>
      claimBlob(deps.ledger, digest, HOST_CLAIMANT),
    );
    if (written.kind === 'stored') response.json({ digest: written.digest, bytes: written.bytes });
    else response.status(413).json({ limitBytes });
  };
