import { parseNetwork } from '../../src/model/address.ts';

export type Value = string | number | boolean | Value[] | { [key: string]: Value };

export interface MmdbContent {
  readonly ipVersion: 4 | 6;
  readonly recordSize: 24 | 28 | 32;
  readonly databaseType: string;
  /** Networks and what is known of them; smaller ones win over those around them. */
  readonly entries: readonly (readonly [network: string, value: Value])[];
  /** Networks that lead back to the IPv4 part of an IPv6 tree, as 2002::/16 does in MaxMind's files. */
  readonly aliases?: readonly string[];
  readonly buildEpoch?: number;
}

type Node = { children: [Child, Child] };
type Child = Node | number | undefined;

/** A small MMDB file: MaxMind DB File Format Specification 2.0. */
export function writeMmdb(content: MmdbContent): Buffer {
  const data = new DataWriter();
  const root: Node = { children: [undefined, undefined] };
  const sorted = content.entries
    .map(([text, value]) => ({ network: parseNetwork(text)!, value }))
    .sort((left, right) => left.network.prefix - right.network.prefix);
  for (const { network, value } of sorted) insert(root, bitsOf(network, content.ipVersion), data.add(value));
  for (const text of content.aliases ?? []) {
    const v4 = follow(root, new Array<0 | 1>(96).fill(0));
    if (v4 !== undefined) insert(root, bitsOf(parseNetwork(text)!, 6), v4);
  }
  const nodes = [...new Set(listed(root))];
  const numbers = new Map(nodes.map((node, at) => [node, at]));
  const width = content.recordSize / 4;
  const tree = Buffer.alloc(nodes.length * width);
  for (const [at, node] of nodes.entries()) {
    const [left, right] = node.children.map((child) => {
      if (child === undefined) return nodes.length;
      return typeof child === 'number' ? nodes.length + 16 + child : numbers.get(child)!;
    });
    writeNode(tree, at * width, content.recordSize, left, right);
  }
  const metadata = new DataWriter();
  metadata.add({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: content.buildEpoch ?? 1_700_000_000,
    database_type: content.databaseType,
    ip_version: content.ipVersion,
    node_count: nodes.length,
    record_size: content.recordSize,
  });
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), data.bytes(), marker, metadata.bytes()]);
}

function bitsOf({ bytes, prefix, family }: { bytes: Uint8Array; prefix: number; family: 4 | 6 }, version: 4 | 6) {
  const bits: (0 | 1)[] = [];
  for (let bit = family === 4 ? 96 : 0; bit < prefix; bit++)
    bits.push(((bytes[bit >> 3] >> (7 - (bit & 7))) & 1) as 0 | 1);
  return family === 4 && version === 6 ? [...new Array<0 | 1>(96).fill(0), ...bits] : bits;
}

function insert(root: Node, bits: readonly (0 | 1)[], child: Child): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node.children[bit];
    if (typeof next === 'object') node = next;
    else {
      const made: Node = { children: [next, next] };
      node.children[bit] = made;
      node = made;
    }
  }
  if (bits.length === 0) root.children = [child, child];
  else node.children[bits.at(-1)!] = child;
}

function follow(root: Node, bits: readonly (0 | 1)[]): Child {
  let child: Child = root;
  for (const bit of bits) if (typeof child === 'object') child = child.children[bit];
  return child;
}

function listed(root: Node): Node[] {
  const nodes: Node[] = [];
  const seen = new Set<Node>();
  const waiting = [root];
  for (let node = waiting.shift(); node; node = waiting.shift()) {
    if (seen.has(node)) continue;
    seen.add(node);
    nodes.push(node);
    for (const child of node.children) if (typeof child === 'object') waiting.push(child);
  }
  return nodes;
}

function writeNode(tree: Buffer, at: number, size: 24 | 28 | 32, left: number, right: number): void {
  if (size === 32) {
    tree.writeUInt32BE(left, at);
    tree.writeUInt32BE(right, at + 4);
  } else if (size === 24) {
    tree.writeUIntBE(left, at, 3);
    tree.writeUIntBE(right, at + 3, 3);
  } else {
    tree.writeUIntBE(left & 0xffffff, at, 3);
    tree[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
    tree.writeUIntBE(right & 0xffffff, at + 4, 3);
  }
}

/** Each value once; strings met before become pointers. */
class DataWriter {
  readonly #parts: Buffer[] = [];
  readonly #values = new Map<string, number>();
  readonly #strings = new Map<string, number>();
  #length = 0;

  add(value: Value): number {
    const key = JSON.stringify(value);
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const at = this.#length;
    this.#write(value);
    this.#values.set(key, at);
    return at;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #write(value: Value): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'boolean') this.#head(14, value ? 1 : 0);
    else if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(value));
      const digits = bytes.subarray(
        bytes.findIndex((byte) => byte !== 0) < 0 ? 8 : bytes.findIndex((byte) => byte !== 0),
      );
      this.#head(value < 65_536 ? 5 : value <= 0xffff_ffff ? 6 : 9, digits.length);
      this.#push(digits);
    } else if (typeof value === 'number') {
      this.#head(3, 8);
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      this.#push(bytes);
    } else if (Array.isArray(value)) {
      this.#head(11, value.length);
      for (const item of value) this.#write(item);
    } else {
      const fields = Object.entries(value);
      this.#head(7, fields.length);
      for (const [name, item] of fields) {
        this.#text(name);
        this.#write(item);
      }
    }
  }

  #text(text: string): void {
    const known = this.#strings.get(text);
    if (known !== undefined && known < 2048 + 524_288 && text.length > 3) {
      if (known < 2048) this.#push(Buffer.of(0x20 | (known >> 8), known & 255));
      else {
        const far = known - 2048;
        this.#push(Buffer.of(0x28 | (far >> 16), (far >> 8) & 255, far & 255));
      }
      return;
    }
    this.#strings.set(text, this.#length);
    const bytes = Buffer.from(text);
    this.#head(2, bytes.length);
    this.#push(bytes);
  }

  #head(type: number, size: number): void {
    const extra: number[] = [];
    let bits = size;
    if (size >= 285) {
      bits = 30;
      extra.push((size - 285) >> 8, (size - 285) & 255);
    } else if (size >= 29) {
      bits = 29;
      extra.push(size - 29);
    }
    this.#push(type > 7 ? Buffer.of(bits, type - 7, ...extra) : Buffer.of((type << 5) | bits, ...extra));
  }
}
