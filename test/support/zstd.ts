/** A block that is stored as it is, or one byte many times (RFC 8878 section 3.1.1.2.2): no compressor is needed for them. */
export type ZstdBlock = { readonly raw: Uint8Array } | { readonly repeat: number; readonly times: number };

export interface ZstdFrameOptions {
  /** The window descriptor: 0x38, which is 128 KiB, when not given. */
  readonly window?: number;
  /** One segment, with its size in one byte, instead of a window. */
  readonly single?: boolean;
  readonly checkSum?: number;
}

/** A zstd frame, built by hand. */
export function zstdFrame(blocks: readonly ZstdBlock[], options: ZstdFrameOptions = {}): Buffer {
  const { window = 0x38, single = false, checkSum } = options;
  const total = blocks.reduce((sum, block) => sum + ('raw' in block ? block.raw.length : block.times), 0);
  const descriptor = (single ? 0x20 : 0) | (checkSum === undefined ? 0 : 4);
  const parts: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, single ? total : window])];
  for (const [i, block] of blocks.entries()) {
    const [type, size] = 'raw' in block ? [0, block.raw.length] : [1, block.times];
    const head = Buffer.alloc(3);
    head.writeUIntLE((size << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0), 0, 3);
    parts.push(head, 'raw' in block ? block.raw : Buffer.from([block.repeat]));
  }
  if (checkSum !== undefined) {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(checkSum);
    parts.push(sum);
  }
  return Buffer.concat(parts);
}
