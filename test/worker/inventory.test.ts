import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeInventory } from '../../worker/host/inventory.ts';
import { createGpuList } from '../../worker/host/nvidia-gpus.ts';

const A = 'GPU-5fd5fd00-0bbd-4d6f-6a4b-000000000000';
const B = 'GPU-11111111-1fff-ffff-ffff-ffffffffffff';
const MIG = ['MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f', 'MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb'];

let directory: string;
let warned: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-nvidia-'));
  vi.stubEnv('PATH', [directory, '/usr/bin', '/bin'].join(delimiter));
  warned = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const log = {
  info: () => undefined,
  warn: (fields: Readonly<Record<string, unknown>>, message: string) =>
    void warned.push(`${message} ${JSON.stringify(fields)}`),
};
const install = async (script: string): Promise<void> => {
  const file = join(directory, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
};
const prints = (...lines: string[]): string => `cat <<'END'\n${lines.join('\n')}\nEND`;
const list = (withinMs = 20_000): (() => Promise<readonly string[]>) => createGpuList({ log, withinMs });

describe('the GPUs of a host', () => {
  it('are those that nvidia-smi lists, by UUID', async () => {
    await install(
      `[ "$1" = -L ] || exit 2\n${prints(`GPU 0: NVIDIA A100-SXM4-40GB (UUID: ${A})`, `GPU 1: NVIDIA GeForce RTX 3090 (UUID: ${B})`)}`,
    );
    expect(await list()()).toEqual([A, B]);
    expect(warned).toEqual([]);
  });

  it('are given as MIG devices where one is cut into them, and named once', async () => {
    await install(
      prints(
        `GPU 0: NVIDIA A100-SXM4-40GB (UUID: ${A})`,
        `  MIG 3g.20gb     Device  0: (UUID: ${MIG[0]})`,
        `  MIG 1g.5gb      Device  1: (UUID: ${MIG[1]})`,
        `GPU 1: Tesla (V100) (UUID: ${B})`,
        `GPU 1: Tesla (V100) (UUID: ${B})`,
      ),
    );
    expect(await list()()).toEqual([...MIG, B]);
  });

  it('are none where there is no such tool, which is nothing to warn of', async () => {
    expect(await list()()).toEqual([]);
    expect(warned).toEqual([]);
  });

  it('are none when the tool has no driver, in its own words', async () => {
    await install(`echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9`);
    expect(await list()()).toEqual([]);
    expect(warned.join()).toContain("couldn't communicate with the NVIDIA driver");
    expect(warned.join()).toContain('host.gpuIds in longshore.yaml');
  });

  it('are those still listed when one of them is lost', async () => {
    await install(
      `${prints(`GPU 0: NVIDIA A100 (UUID: ${A})`, 'Unable to determine the device handle for GPU 0000:04:00.0: GPU is lost.')}\nexit 15`,
    );
    expect(await list()()).toEqual([A]);
    expect(warned.join()).toContain('GPU is lost');
  });

  it('are not waited for: a tool that hangs, and cannot be ended, leaves what it said last', async () => {
    await install(prints(`GPU 0: NVIDIA A100 (UUID: ${A})`));
    const listed = list(2_000);
    expect(await listed()).toEqual([A]);
    // What it started holds its output open after it is killed.
    await install('sleep 25 & wait');
    const from = performance.now();
    expect(await listed()).toEqual([A]);
    expect(performance.now() - from).toBeLessThan(15_000);
    expect(warned.join()).toContain('nvidia-smi does not answer');
    expect(await list(500)()).toEqual([]);
  });

  it('are those of the configuration, whatever the machine has', async () => {
    await install(prints(`GPU 0: NVIDIA A100 (UUID: ${A})`));
    const engine = { id: 'e', version: '20.10', cpus: 4, memoryBytes: 2 ** 30 };
    const config = { cpuMilli: null, memoryBytes: null, slots: 2, labels: { rack: 'a' }, dataDir: directory };
    const found = await takeInventory({ ...config, gpuIds: null }, engine, list());
    expect(found).toMatchObject({
      cpuMilli: 4_000,
      memoryBytes: 2 ** 30,
      slots: 2,
      labels: { rack: 'a' },
      gpuIds: [A],
    });
    expect(found.diskFreeBytes).toBeGreaterThan(0);
    const said = { ...config, cpuMilli: 1_500, memoryBytes: 5 };
    expect(await takeInventory({ ...said, gpuIds: ['7'] }, engine, list())).toMatchObject({
      ...{ cpuMilli: 1_500, memoryBytes: 5, gpuIds: ['7'] },
    });
    expect(await takeInventory({ ...said, gpuIds: [] }, engine, list())).toMatchObject({ gpuIds: [] });
    const gone = { ...said, gpuIds: [], dataDir: join(directory, 'none') };
    expect(await takeInventory(gone, engine, list())).toMatchObject({ diskFreeBytes: null });
  });
});
