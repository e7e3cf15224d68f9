import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { decodeCri } from '../../../ledger/cri-format.ts';
import { type LogStreamRef, logStreamRefSchema } from '../../../model/log-record.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { parseBody } from './parse-body.ts';

const expectedSchema = z.object({ expected: z.coerce.number().int().min(0) });

const pathRef = ({ params }: Request, response: Response): LogStreamRef | null => {
  const ref = { ...params, replica: Number(params['replica']), attempt: Number(params['attempt']) };
  return parseBody(logStreamRefSchema, ref, response);
};

/** POST /logs/<uid>/<role>/<replica>/<attempt>?expected=N, the body being CRI lines. Answers where to go on from. */
export const appendLog =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const ref = pathRef(request, response);
    if (ref === null) return;
    const cursor = parseBody(expectedSchema, request.query, response);
    if (cursor === null) return;
    const body: unknown = request.body;
    const records = Buffer.isBuffer(body) ? decodeCri(body) : [];
    response.json(await deps.logs.append(ref, cursor.expected, records));
  };

/** POST /logs/.../finish: nothing will follow. */
export const finishLog =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const ref = pathRef(request, response);
    if (ref === null) return;
    await deps.logs.finish(ref);
    response.status(204).end();
  };
