import { existsSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETENTION_MS } from '../../cli/up/temporal-flags.ts';
import { startTemporalServer, type TemporalServer } from '../support/temporal-server.ts';

let temporal: TemporalServer;
beforeAll(async () => {
  temporal = await startTemporalServer();
});
afterAll(() => temporal.stop());

describe('the embedded Temporal', () => {
  it('takes every setting without a word, and keeps its log ahead of its file', () => {
    expect(temporal.output()).not.toMatch(/unknown|invalid|warn|error/i);
    expect(existsSync(`${temporal.databaseFile}-wal`)).toBe(true);
  });

  it('keeps closed workflows for 30 days, also after a kill', async () => {
    await temporal.kill();
    await temporal.restart();
    const connection = await Connection.connect({ address: temporal.address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    expect(tsToMs(config?.workflowExecutionRetentionTtl)).toBe(RETENTION_MS);
  });
});
