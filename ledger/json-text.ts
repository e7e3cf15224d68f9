declare const content: unique symbol;
/** JSON kept in a text column; the phantom says what was written there. Only `toJson` makes one. */
export type JsonText<T> = string & { readonly [content]: T };

export function toJson<T>(value: T): JsonText<T> {
  return JSON.stringify(value ?? null) as JsonText<T>;
}

export function fromJson<T>(text: JsonText<T>): T {
  return JSON.parse(text) as T;
}
