/** Enough of a text for a list: at most `limitBytes` of it, then a line that says where the whole is. */
export async function* cutText(text: AsyncIterable<string>, limitBytes: number, whole: string): AsyncGenerator<string> {
  let left = limitBytes;
  for await (const piece of text) {
    const bytes = Buffer.from(piece);
    if (bytes.length <= left) {
      left -= bytes.length;
      yield piece;
      continue;
    }
    // A character cut in two is left out: streaming, the decoder waits for its rest.
    const kept = new TextDecoder().decode(bytes.subarray(0, left), { stream: true });
    yield `${kept}\n[longshore: cut after ${limitBytes} bytes; the whole log is at ${whole}]\n`;
    return;
  }
}
