import { NativeConnection } from '@temporalio/worker';

/** Packing every small message cost both sides more than it saved on a team's own network. */
export const connectToTemporal = (address: string): Promise<NativeConnection> =>
  NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
