import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { EngineInfo } from '../../activities/docker/engine.ts';
import type { Inventory } from '../../model/host.ts';
import type { HostConfig } from './host-config.ts';

const TOOL_WITHIN_MS = 10_000;

/** What this host can give now: what its configuration says, else what the engine and the machine have. */
export const takeInventory = async (config: HostConfig, engine: EngineInfo): Promise<Inventory> => ({
  cpuMilli: config.cpuMilli ?? engine.cpus * 1000,
  memoryBytes: config.memoryBytes ?? engine.memoryBytes,
  gpuIds: [...(config.gpuIds ?? (await detectGpus()))],
  slots: config.slots,
  labels: { ...config.labels },
  engineVersion: engine.version,
  diskFreeBytes: await freeDisk(config.dataDir),
});

/** UUIDs of `nvidia-smi -L`: "GPU 0: NVIDIA A100 (UUID: GPU-8f6d...)". A MIG device has one of its own below its GPU. */
export const parseGpuList = (listing: string): readonly string[] => {
  const found = listing.split('\n').flatMap((line) => {
    const uuid = /\(UUID: ((?:GPU|MIG)-[^)\s]+)\)/.exec(line)?.[1];
    return uuid === undefined ? [] : [{ uuid, isMig: /^\s+MIG/.test(line) }];
  });
  // A GPU that is cut into MIG devices is given in those and not as a whole.
  return found.filter((one, index) => one.isMig || found[index + 1]?.isMig !== true).map(({ uuid }) => uuid);
};

/** None where there is no NVIDIA tool or it finds no driver. */
const detectGpus = async (): Promise<readonly string[]> => {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['-L'], { timeout: TOOL_WITHIN_MS });
    return parseGpuList(stdout);
  } catch {
    return [];
  }
};

const freeDisk = async (directory: string): Promise<number | null> => {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
};
