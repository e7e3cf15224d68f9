import { createServer } from 'node:net';
import { once } from 'node:events';
import express from 'express';
import { expect, it } from 'vitest';
import { listen } from '../../api/listen.ts';

it('says that another program has the port, and how to choose another one', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listen(express(), { host: '127.0.0.1', port, graceMs: 0 })).rejects.toThrow(
    new RegExp(`127\\.0\\.0\\.1:${port}: another program listens there.*--port`),
  );
  other.close();
});

it('says that the machine has no such address', async () => {
  await expect(listen(express(), { host: '192.0.2.1', port: 0, graceMs: 0 })).rejects.toThrow(
    /192\.0\.2\.1:0: this machine has no such address.*--host/,
  );
});
