import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDockerodeEngine } from '../../activities/docker/dockerode-engine.ts';
import { createRegistryAuth } from '../../activities/docker/registry-auth.ts';
import { dockerSocket, testImage } from '../support/environment.ts';
import { engineContract } from './engine-contract.ts';

engineContract('behind a socket', {
  engine: createDockerodeEngine({ socketPath: dockerSocket() }),
  image: testImage(),
});

describe('an image that is no image', () => {
  const engine = createDockerodeEngine({ socketPath: dockerSocket() });

  it('is not there and cannot be pulled, whatever call its name would make of a path', async () => {
    for (const image of ['../containers/json', 'a/../../info', 'UPPER/case', 'a b', 'a?b#c%', '/x', 'x\ud800']) {
      expect(await engine.findImage(image)).toBeNull();
      const pulled = await engine.pull(image, () => undefined, AbortSignal.timeout(20_000));
      expect(pulled).toMatchObject({ kind: 'image_not_found', message: expect.stringMatching(/./) });
    }
  });
});

describe('an answer that leads elsewhere', () => {
  it('is an error of the call and is not followed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-redirect-'));
    const socketPath = join(directory, 'docker.sock');
    const server = createServer((_request, response) => {
      response.writeHead(301, { location: 'http://no-such-host.invalid/info' }).end();
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    try {
      await expect(createDockerodeEngine({ socketPath }).info()).rejects.toThrow(/redirect/i);
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the logins of Docker', () => {
  it('that cannot be read are told of once, and images are pulled without', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-logins-'));
    const path = join(directory, 'config.json');
    await writeFile(path, '{ "auths": ');
    const told: string[] = [];
    const auth = createRegistryAuth({ info: () => undefined, warn: (_, message) => told.push(message) }, path);
    expect([await auth('a/b:1'), await auth('a/b:1')]).toEqual([null, null]);
    expect(told).toHaveLength(1);
    await rm(directory, { recursive: true, force: true });
  });
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
