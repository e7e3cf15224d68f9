import type Docker from 'dockerode';
import { BENCH_IMAGE } from './stack.ts';

/** Create, start, wait, read logs, remove: what the Engine API alone takes for the same container. Milliseconds. */
export async function runByHand(engine: Docker, started: () => void = () => undefined): Promise<number> {
  const beganMs = performance.now();
  const container = await engine.createContainer({
    Image: BENCH_IMAGE,
    Cmd: ['true'],
    HostConfig: { NetworkMode: 'none' },
  });
  await container.start();
  started();
  await container.wait();
  await container.logs({ stdout: true, stderr: true });
  await container.remove();
  return performance.now() - beganMs;
}
