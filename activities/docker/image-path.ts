/**
 * An image's name as a part of a path; null for what no image can be called. A segment that says nothing ("", ".",
 * "..") would have the engine redirect the call to another one.
 */
export const imagePath = (image: string): string | null => {
  const segments = image.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return null;
  try {
    return segments.map(encodeURIComponent).join('/');
  } catch (cause) {
    if (cause instanceof URIError) return null;
    throw cause;
  }
};
