import { isJsonObject, jsonKind } from './json-kind.ts';
import { ok, type Parsed, refused } from './parsed.ts';

export type GpuDemand = {
  readonly gpus: number;
  /** Why no host can ever give what was asked for, in the contract's words; null = one might. */
  readonly neverFits: string | null;
};

const never = (because: string): Parsed<GpuDemand> => ok({ gpus: 0, neverFits: because });

/**
 * How many GPUs `gpu_spec` asks for; without one, none. Text that reads as a whole number counts as it. A count that is
 * none is no error of the request: by the contract its job is taken and fails.
 */
export const parseGpuSpec = (gpuSpec: unknown): Parsed<GpuDemand> => {
  const none = ok({ gpus: 0, neverFits: null });
  if (gpuSpec === undefined || gpuSpec === null) return none;
  if (!isJsonObject(gpuSpec)) return refused(`Bad gpu_spec: it must be an object, not ${jsonKind(gpuSpec)}`);
  const { num_gpus: asked, ...others } = gpuSpec;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return refused(`Bad gpu_spec: unknown key ${unknown}`);
  if (asked === undefined || asked === null) return none;
  const count = typeof asked === 'string' && /^\s*[+-]?\d+\s*$/.test(asked) ? Number(asked) : asked;
  if (typeof count !== 'number') {
    const value = (typeof asked === 'string' ? asked : JSON.stringify(asked)).slice(0, 200);
    return never(`was given a value that could not be converted to an integer for GPUs usage (${value})`);
  }
  if (Number.isSafeInteger(count) && count >= 0) return ok({ gpus: count, neverFits: null });
  return never(`expects an invalid number of GPUs (${count})`);
};
