import type { JobId } from '../../../model/ids.ts';
import { isJsonObject, jsonKind } from './json-kind.ts';
import { ok, type Parsed, refused } from './parsed.ts';

/** How many GPUs `gpu_spec` asks for; without one, none. Text that reads as a whole number counts as it. */
export const parseGpuSpec = (jobId: JobId, gpuSpec: unknown): Parsed<number> => {
  if (gpuSpec === undefined || gpuSpec === null) return ok(0);
  if (!isJsonObject(gpuSpec)) return refused(`Bad gpu_spec: it must be an object, not ${jsonKind(gpuSpec)}`);
  const { num_gpus: asked, ...others } = gpuSpec;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return refused(`Bad gpu_spec: unknown key ${unknown}`);
  if (asked === undefined || asked === null) return ok(0);
  const count = typeof asked === 'string' && /^\s*[+-]?\d+\s*$/.test(asked) ? Number(asked) : asked;
  if (typeof count !== 'number') {
    const value = typeof asked === 'string' ? asked : JSON.stringify(asked);
    return refused(
      `Foundations ERROR: Job '${jobId}' was given a value that could not be converted to an integer for GPUs usage (${value})`,
    );
  }
  return Number.isSafeInteger(count) && count >= 0
    ? ok(count)
    : refused(`Foundations ERROR: Job '${jobId}' expects an invalid number of GPUs (${count})`);
};
