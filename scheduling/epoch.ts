import type { Epoch } from '../model/ids.ts';

/** "generation.counter", as labels and messages show it. */
export const formatEpoch = (epoch: Epoch): string => `${epoch.generation}.${epoch.counter}`;

/** Null for anything that formatEpoch did not write. */
export const parseEpoch = (text: string): Epoch | null => {
  const match = /^([1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/.exec(text);
  return match === null ? null : { generation: Number(match[1]), counter: Number(match[2]) };
};

/** Negative when `left` is the older one, 0 when both are the same placement. Generation goes before counter. */
export const compareEpochs = (left: Epoch, right: Epoch): number =>
  left.generation - right.generation || left.counter - right.counter;
