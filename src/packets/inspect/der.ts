/** Tags of ASN.1 that are met here (X.690). */
export const TAG = { integer: 0x02, octets: 0x04, sequence: 0x30 } as const;

/** One element of DER: its tag and where its content is. Reused. */
export class Der {
  tag = 0;
  /** Content at [start, end). */
  start = 0;
  end = 0;

  /** Reads the element at `at`; its length may take at most 3 bytes more. @returns false when it does not fit. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 2 > end) return false;
    this.tag = bytes[at];
    let length = bytes[at + 1];
    let start = at + 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 3 || start + octets > end) return false;
      length = 0;
      for (let i = 0; i < octets; i++) length = (length << 8) | bytes[start++];
    }
    this.start = start;
    this.end = start + length;
    return this.end <= end;
  }

  /** Reads the element at `at` when it has this tag. */
  is(tag: number, bytes: Uint8Array, at: number, end: number): boolean {
    return this.read(bytes, at, end) && this.tag === tag;
  }

  /** The content as a number that is not negative; -1 when it has none or more than 4 bytes. */
  number(bytes: Uint8Array): number {
    const length = this.end - this.start;
    if (length < 1 || length > 4) return -1;
    let value = 0;
    for (let at = this.start; at < this.end; at++) value = value * 256 + bytes[at];
    return value;
  }
}
