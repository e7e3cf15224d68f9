/** What reading a part of a submission came to: `because` is the text of the 400 that answers it. */
export type Parsed<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'refused'; readonly because: string };

export const ok = <T>(value: T): Parsed<T> => ({ kind: 'ok', value });
export const refused = (because: string): Parsed<never> => ({ kind: 'refused', because });

/** Reads each part in order; the first refusal is the answer. */
export const parseEach = <In, Out>(parts: readonly In[], read: (part: In) => Parsed<Out>): Parsed<Out[]> => {
  const values: Out[] = [];
  for (const part of parts) {
    const parsed = read(part);
    if (parsed.kind === 'refused') return parsed;
    values.push(parsed.value);
  }
  return ok(values);
};
