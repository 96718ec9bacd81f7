/** The first bytes of a stream (fewer where it ends before), and the whole stream again with them. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly all: AsyncIterable<Uint8Array>;
}

export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  while (length < bytes && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else {
      chunks.push(next.value);
      length += next.value.length;
    }
  }
  const all: AsyncIterator<Uint8Array> = {
    next: async () => {
      const value = chunks.shift();
      if (value) return { done: false, value };
      return ended ? { done: true, value: undefined } : iterator.next();
    },
    // No generator: one that was not begun yet would not close the source.
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return { head: Buffer.concat(chunks).subarray(0, bytes), all: { [Symbol.asyncIterator]: () => all } };
}
