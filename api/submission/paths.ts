/** What Linux takes as one path, and as one name in it. */
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;

/** What makes a path one that no engine can use; null when nothing does. Reads as the end of a sentence about it. */
export const pathFault = (path: string): string | null => {
  if (path.includes('\0')) return 'must not hold a NUL character';
  if (/\p{Cc}/u.test(path)) return 'must not hold control characters';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `must not hold a path longer than ${MAX_PATH_BYTES} bytes`;
  return path.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)
    ? `must not hold a path with a name longer than ${MAX_NAME_BYTES} bytes`
    : null;
};
