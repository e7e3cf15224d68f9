import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage every 250 ms until it is called again: what only a weak reference held is gone soon. */
export const keepCollectingGarbage = (): (() => void) => {
  // Contexts that are made from now on have `gc`.
  setFlagsFromString('--expose-gc');
  const timer = setInterval(() => void runInNewContext('gc()'), 250);
  return () => clearInterval(timer);
};
