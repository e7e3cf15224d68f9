import { statfs } from 'node:fs/promises';
import type { EngineInfo } from '../../activities/docker/engine.ts';
import type { Inventory } from '../../model/host.ts';
import type { HostConfig } from './host-config.ts';

/** What this host can give now: what its configuration says, else what the engine and the machine have. */
export const takeInventory = async (
  config: Pick<HostConfig, 'cpuMilli' | 'memoryBytes' | 'gpuIds' | 'slots' | 'labels' | 'dataDir'>,
  engine: EngineInfo,
  listGpus: () => Promise<readonly string[]>,
): Promise<Inventory> => ({
  cpuMilli: config.cpuMilli ?? engine.cpus * 1000,
  memoryBytes: config.memoryBytes ?? engine.memoryBytes,
  gpuIds: [...(config.gpuIds ?? (await listGpus()))],
  slots: config.slots,
  labels: { ...config.labels },
  engineVersion: engine.version,
  diskFreeBytes: await freeDisk(config.dataDir),
});

const freeDisk = async (directory: string): Promise<number | null> => {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
};
