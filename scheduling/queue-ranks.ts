/** What lies between the ranks of two jobs that arrive one after the other: twenty moves to one place before it is full. */
const RANK_GAP = 2 ** 20;

/** The rank of the `seq`-th arrival: above all ranks given before it. Safe up to 2^33 arrivals. */
export const rankOfArrival = (seq: number): number => seq * RANK_GAP;

/**
 * `count` ranks in order, evenly between two that are taken; null where that would leave less than `leastGap` between any two. `above` null: before the
 * first job, where ranks go down for ever.
 */
export function ranksBetween(
  above: number | null,
  below: number,
  count: number,
  leastGap = 1,
): readonly number[] | null {
  const low = above ?? below - RANK_GAP * (count + 1);
  const step = Math.floor((below - low) / (count + 1));
  if (step < leastGap) return null;
  return Array.from({ length: count }, (_, index) => low + step * (index + 1));
}
