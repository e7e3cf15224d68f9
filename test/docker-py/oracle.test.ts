import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPythonOracle, type PythonOracle } from '../support/python-oracle.ts';

let dockerPy: PythonOracle;
beforeAll(() => {
  dockerPy = startPythonOracle('docker_py.py');
});
afterAll(() => dockerPy.close());

describe('docker-py as an oracle', () => {
  it('answers many questions in their order', async () => {
    const images = Array.from({ length: 50 }, (_, at) => `image-${at}:latest`);
    const answers = await Promise.all(images.map((image) => dockerPy.ask({ kwargs: { image, detach: true } })));
    expect(answers).toMatchObject(images.map((image) => ({ body: { Image: image } })));
  });

  it('says why it refuses', async () => {
    await expect(dockerPy.ask({ kwargs: { image: 'a', network: 'x', network_mode: 'y' } })).resolves.toMatchObject({
      raised: expect.stringContaining('RuntimeError'),
    });
  });
});
