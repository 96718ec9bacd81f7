/** How a frame begins, little endian (RFC 8878 section 3.1.1). */
export const MAGIC = 0xfd2fb528;
/** The largest window, and so the memory, that a frame may ask for: that of `zstd --long` and `--ultra -22`. */
export const WINDOW_LIMIT = 128 * 2 ** 20;

/** What keeps a stream from being undone further: a sentence about it without its subject. */
export class StreamFault extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`The zstd stream ${what}`, options);
    this.name = 'StreamFault';
  }
}

/** Whether a frame of this magic number holds something else than data (RFC 8878 section 3.1.2). */
export function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
}

export interface FrameSizes {
  /** Bytes of the header. */
  readonly header: number;
  /** Bytes that the decompressor has to remember. */
  readonly window: number;
  /** Bytes that the frame holds, where it says so. */
  readonly content: number | undefined;
  readonly isChecked: boolean;
}

/**
 * Reads the header of a frame (RFC 8878 section 3.1.1.1), of which six bytes are there at least. Answers how many bytes
 * it has when these are not there yet.
 * @throws StreamFault for what is not supported, or is no header
 */
export function frameHeader(bytes: Uint8Array): FrameSizes | number {
  const descriptor = bytes[4];
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3];
  const sizeFlag = descriptor >> 6;
  const size = sizeFlag === 0 ? (isSingle ? 1 : 0) : 2 ** sizeFlag;
  const header = 5 + (isSingle ? 0 : 1) + dictionary + size;
  if (bytes.length < header) return header;
  if ((descriptor & 8) !== 0) throw new StreamFault('is damaged: the header of a frame has a reserved bit set.');
  if (littleEndian(bytes, header - size - dictionary, dictionary) !== 0)
    throw new StreamFault('needs a dictionary that is not part of it.');
  const content = size === 0 ? undefined : littleEndian(bytes, header - size, size) + (size === 2 ? 256 : 0);
  const window = isSingle ? (content ?? 0) : windowOf(bytes[5]);
  if (window > WINDOW_LIMIT)
    throw new StreamFault(
      `asks for ${Math.ceil(window / 2 ** 20)} MiB of memory, and ${WINDOW_LIMIT / 2 ** 20} is the limit: ` +
        'undo it with zstd -d, or compress it with a smaller --long.',
    );
  return { header, window, content, isChecked: (descriptor & 4) !== 0 };
}

/** RFC 8878 section 3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function littleEndian(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[start + i];
  return value;
}
