const LONG = 256;

/**
 * Copies bytes four at a time through views that are kept while the arrays stay the same: for the few dozen bytes of a
 * field, a call into the runtime costs more than the copying, and so does a loop over bytes.
 */
export class Copier {
  #from: Uint8Array = new Uint8Array(0);
  #to: Uint8Array = this.#from;
  #source = viewOf(this.#from);
  #target = viewOf(this.#to);

  copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
    if (end - start > LONG) {
      to.set(from.subarray(start, end), at);
      return;
    }
    if (from !== this.#from) {
      this.#from = from;
      this.#source = viewOf(from);
    }
    if (to !== this.#to) {
      this.#to = to;
      this.#target = viewOf(to);
    }
    const source = this.#source;
    const target = this.#target;
    let i = start;
    for (const last = end - 4; i <= last; i += 4, at += 4) target.setInt32(at, source.getInt32(i, true), true);
    for (; i < end; i++, at++) to[at] = from[i];
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
