import { execFile } from 'node:child_process';
import type { HostLog } from '../../activities/host/host-log.ts';

/** UUIDs of `nvidia-smi -L`: "GPU 0: NVIDIA A100 (UUID: GPU-8f6d...)". A MIG device has one of its own below its GPU. */
export const parseGpuList = (listing: string): readonly string[] => {
  const found = listing.split('\n').flatMap((line) => {
    const uuid = /\(UUID: ((?:GPU|MIG)-[^),\s]+)\)/.exec(line)?.[1];
    return uuid === undefined ? [] : [{ uuid, isMig: /^\s+MIG/.test(line) }];
  });
  // A GPU that is cut into MIG devices is given in those and not as a whole.
  const given = found.filter((one, index) => one.isMig || found[index + 1]?.isMig !== true);
  return [...new Set(given.map(({ uuid }) => uuid))];
};

type Said =
  | { readonly kind: 'absent' }
  | { readonly kind: 'said'; readonly listing: string; readonly failed: string | null }
  | { readonly kind: 'overdue' };

/** A tool that hangs in the driver cannot even be killed: it is left, and nobody waits for its end. */
const ask = (withinMs: number): Promise<Said> =>
  new Promise((resolve) => {
    const tool = execFile('nvidia-smi', ['-L'], (error, stdout, stderr) => {
      clearTimeout(timer);
      if (error?.code === 'ENOENT') resolve({ kind: 'absent' });
      else {
        const failed = error === null ? null : [stdout, stderr, error.message].map((text) => text.trim()).join(' ');
        resolve({ kind: 'said', listing: stdout, failed: failed?.slice(0, 500) ?? null });
      }
    });
    const timer = setTimeout(() => {
      tool.kill('SIGKILL');
      tool.stdout?.destroy();
      tool.stderr?.destroy();
      tool.unref();
      resolve({ kind: 'overdue' });
    }, withinMs);
  });

/**
 * What nvidia-smi lists, asked anew for each hello. None where there is no such tool or it finds no driver. One that
 * hangs says nothing about the GPUs: what it listed last still counts, so that no job is refused for its sake.
 */
export const createGpuList = (deps: {
  readonly log: HostLog;
  readonly withinMs: number;
}): (() => Promise<readonly string[]>) => {
  const { log, withinMs } = deps;
  const wayOut = 'host.gpuIds in longshore.yaml, or CUDA_VISIBLE_DEVICES, says it without the tool';
  let last: readonly string[] = [];
  return async () => {
    const said = await ask(withinMs);
    switch (said.kind) {
      case 'absent':
        last = [];
        break;
      case 'said':
        last = parseGpuList(said.listing);
        if (said.failed !== null) log.warn({ because: said.failed, gpuIds: last }, `nvidia-smi failed; ${wayOut}`);
        break;
      case 'overdue':
        log.warn({ withinMs, gpuIds: last }, `nvidia-smi does not answer; ${wayOut}`);
        break;
    }
    return last;
  };
};
