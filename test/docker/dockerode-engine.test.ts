import { describe, expect, it } from 'vitest';
import { createDockerodeEngine } from '../../activities/docker/dockerode-engine.ts';
import { dockerSocket, testImage } from '../support/environment.ts';
import { engineContract } from './engine-contract.ts';

engineContract('behind a socket', {
  engine: createDockerodeEngine({ socketPath: dockerSocket() }),
  image: testImage(),
});

describe('an engine that is not there', () => {
  it('is an error that names the call', async () => {
    const engine = createDockerodeEngine({ socketPath: '/nowhere/docker.sock' });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'engine_unreachable',
      message: expect.stringContaining('/info'),
    });
    await expect(engine.wait('x', AbortSignal.timeout(1_000))).rejects.toMatchObject({ code: 'engine_unreachable' });
  });
});
