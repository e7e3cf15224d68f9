import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage every 250 ms until it is called again: what only a weak reference held is gone soon. */
export const keepCollectingGarbage = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node cannot be made to collect its garbage');
  const timer = setInterval(() => void collect(), 250);
  return () => clearInterval(timer);
};
