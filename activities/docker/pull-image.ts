import { createInterface } from 'node:readline';
import { LongshoreError } from '../../model/error.ts';
import type { EngineAnswer } from './engine.ts';
import { pullProgressSchema } from './engine-answers.ts';
import type { EngineCalls } from './engine-calls.ts';
import { engineWords, pullRefusal } from './engine-errors.ts';

/** How often people are told at most. */
const PROGRESS_EVERY_MS = 1_000;

/** An image without tag or digest is `:latest`: a pull without a tag would fetch every tag there is. */
export const withTag = (image: string): string =>
  image.includes('@') || /:[^/]+$/.test(image) ? image : `${image}:latest`;

/** Pulls and says how it goes. The engine answers 200 at once and puts a later failure into the stream. */
export const pullImage = async (
  deps: { readonly calls: EngineCalls; readonly registryAuth: string | null },
  { image, platform }: { readonly image: string; readonly platform: string | undefined },
  onProgress: (line: string) => void,
  abort: AbortSignal,
): Promise<EngineAnswer<void>> => {
  let toldAtMs = 0;
  try {
    const answer = await deps.calls.stream(
      {
        method: 'POST',
        path: '/images/create',
        query: { fromImage: withTag(image), ...(platform === undefined ? {} : { platform }) },
        ...(deps.registryAuth === null ? {} : { registryAuth: deps.registryAuth }),
      },
      abort,
    );
    for await (const line of createInterface({ input: answer, crlfDelay: Infinity })) {
      if (line === '') continue;
      const { id, status, error } = pullProgressSchema.parse(JSON.parse(line));
      if (error !== undefined) return pullRefusal(error);
      if (status !== undefined && Date.now() - toldAtMs >= PROGRESS_EVERY_MS) {
        toldAtMs = Date.now();
        onProgress(id === undefined ? status : `${id}: ${status}`);
      }
    }
  } catch (cause) {
    if (cause instanceof LongshoreError && cause.code === 'engine_error') {
      const message = engineWords(cause.cause);
      return cause.details['status'] === 400 ? { kind: 'image_not_found', message } : pullRefusal(message);
    }
    throw cause;
  }
  return { kind: 'ok', value: undefined };
};
