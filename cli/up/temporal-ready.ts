import { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common';
import { RETENTION_MS, TEMPORAL_NAMESPACE } from './temporal-flags.ts';

/**
 * Whether Temporal serves the namespace. Sets how long it keeps closed workflows where that differs, so that a database
 * made by an older Longshore follows. False: not yet.
 */
export const temporalReady = async (address: string): Promise<boolean> => {
  let connection: Connection;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1_000 });
  } catch {
    return false;
  }
  const namespace = TEMPORAL_NAMESPACE;
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    if (tsToMs(config?.workflowExecutionRetentionTtl) !== RETENTION_MS) {
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) },
      });
    }
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
};
