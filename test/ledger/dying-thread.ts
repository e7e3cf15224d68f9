/** A ledger thread that opens and dies at its first call. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => {
  throw new Error('the disk is gone');
});
parentPort?.postMessage({ kind: 'ready' });
