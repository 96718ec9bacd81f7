import { isMap, MmdbData, MmdbError, type MmdbMap, type MmdbValue } from './mmdb-data.ts';

const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** The metadata must lie within this many bytes of the end. */
const METADATA_REACH = 128 * 1024;
const SEPARATOR = 16;

/**
 * An MMDB file in memory: a binary tree of `nodeCount` nodes whose records name another node, nothing, or a place in
 * the data section. Source: MaxMind DB File Format Specification 2.0.
 */
export class MmdbFile {
  readonly ipVersion: 4 | 6;
  readonly nodeCount: number;
  readonly recordSize: 24 | 28 | 32;
  readonly databaseType: string;
  /** ISO date and time it was built at, or null when the file does not say. */
  readonly builtAt: string | null;
  readonly #bytes: Buffer;
  readonly #data: MmdbData;
  readonly #dataLength: number;

  /** @throws MmdbError when the metadata is missing or contradicts the size of the file. */
  constructor(bytes: Buffer) {
    const reach = bytes.subarray(Math.max(0, bytes.length - METADATA_REACH));
    const found = reach.lastIndexOf(MARKER);
    if (found < 0) throw new MmdbError('no MMDB metadata at the end of the file; it is no MMDB file, or cut short');
    const marker = bytes.length - reach.length + found;
    const start = marker + MARKER.length;
    const metadata = new MmdbData(bytes, start, bytes.length).read(0);
    if (!isMap(metadata)) throw new MmdbError('the metadata is not a map');
    if (metadata.binary_format_major_version !== 2) throw new MmdbError('the format version is not 2');
    this.ipVersion = oneOf(metadata, 'ip_version', [4, 6]);
    this.recordSize = oneOf(metadata, 'record_size', [24, 28, 32]);
    this.nodeCount = Number(metadata.node_count);
    const tree = (this.nodeCount * this.recordSize) / 4;
    if (!Number.isInteger(tree) || this.nodeCount < 1 || tree + SEPARATOR > marker)
      throw new MmdbError(`a tree of ${this.nodeCount} nodes does not fit into the file; it is cut short or damaged`);
    const epoch = Number(metadata.build_epoch);
    this.builtAt = epoch > 0 && epoch < 1e11 ? new Date(epoch * 1000).toISOString() : null;
    this.databaseType = typeof metadata.database_type === 'string' ? metadata.database_type : '';
    this.#bytes = bytes;
    this.#data = new MmdbData(bytes, tree + SEPARATOR, marker);
    this.#dataLength = marker - tree - SEPARATOR;
  }

  /**
   * The record of `node` for the next bit `side` (0 left, 1 right): below `nodeCount` another node, equal to it
   * nothing is known, above it data for {@link data}.
   */
  child(node: number, side: number): number {
    const bytes = this.#bytes;
    if (this.recordSize === 28) {
      const at = node * 7;
      return side === 0
        ? ((bytes[at + 3] & 0xf0) << 20) | (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]
        : ((bytes[at + 3] & 0x0f) << 24) | (bytes[at + 4] << 16) | (bytes[at + 5] << 8) | bytes[at + 6];
    }
    if (this.recordSize === 24) {
      const at = node * 6 + side * 3;
      return (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    }
    const at = node * 8 + side * 4;
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
  }

  /** The value that a record above `nodeCount` points at. @throws MmdbError when there is none. */
  data(record: number): MmdbValue {
    const offset = record - this.nodeCount - SEPARATOR;
    if (offset < 0 || offset >= this.#dataLength) throw new MmdbError('a record points outside the data section');
    return this.#data.read(offset);
  }
}

function oneOf<N extends number>(metadata: MmdbMap, key: string, allowed: readonly N[]): N {
  const value = allowed.find((candidate) => candidate === metadata[key]);
  if (value === undefined) throw new MmdbError(`${key} is ${String(metadata[key])}, not one of ${allowed.join(', ')}`);
  return value;
}
