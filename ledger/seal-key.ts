import { loadOrCreateSecret } from './secret-file.ts';

/** The key that seals specs, in `directory`/spec.key: without it every kept spec is unreadable. */
export const loadOrCreateSealKey = (directory: string): Promise<Uint8Array> =>
  loadOrCreateSecret(directory, 'spec.key');
