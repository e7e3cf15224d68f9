/** A stretch of a log's file: where it starts and how many bytes it has. Written once and never again. */
export type LogExtent = readonly [offset: number, bytes: number];

/** Appends that follow each other without a loss between them make one extent. */
export function addExtent(extents: readonly LogExtent[], [offset, bytes]: LogExtent): readonly LogExtent[] {
  const last = extents.at(-1);
  if (bytes === 0) return extents;
  if (last === undefined || last[0] + last[1] !== offset) return [...extents, [offset, bytes]];
  return [...extents.slice(0, -1), [last[0], last[1] + bytes]];
}

/** Where a log's bytes from `skip` on are, `skip` counting only what is of the log. */
export function extentsFrom(extents: readonly LogExtent[], skip: number): readonly LogExtent[] {
  const found: LogExtent[] = [];
  let before = 0;
  for (const [offset, bytes] of extents) {
    const skipped = Math.min(bytes, Math.max(0, skip - before));
    if (skipped < bytes) found.push([offset + skipped, bytes - skipped]);
    before += bytes;
  }
  return found;
}
