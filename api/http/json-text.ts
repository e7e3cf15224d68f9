/** A JSON string value written piece by piece, so that a text of any size never stands in memory whole. */
export async function* jsonString(text: AsyncIterable<string>): AsyncGenerator<string> {
  yield '"';
  for await (const piece of text) yield JSON.stringify(piece).slice(1, -1);
  yield '"';
}

/** A JSON object whose `last` key is produced as it is written; the keys of `head` come before it. */
export async function* jsonObject(
  head: Readonly<Record<string, unknown>>,
  last: readonly [key: string, value: AsyncIterable<string>],
): AsyncGenerator<string> {
  const begun = JSON.stringify(head).slice(0, -1);
  yield `${begun}${begun === '{' ? '' : ','}${JSON.stringify(last[0])}:`;
  yield* last[1];
  yield '}';
}
