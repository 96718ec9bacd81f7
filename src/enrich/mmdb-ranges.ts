import { MmdbError } from './mmdb-data.ts';
import type { MmdbFile } from './mmdb-file.ts';
import type { V4TableBuilder } from './v4-table.ts';
import type { V6TableBuilder } from './v6-table.ts';

/** Gives the value (never 0 for something known) of a data record; called once per distinct run of records. */
export type NumberOf = (record: number) => number;

/**
 * Walks the IPv4 part of the tree in address order and adds its ranges. In an IPv6 file IPv4 lives under ::/96.
 * @throws MmdbError when the tree does not end.
 */
export function addV4Ranges(file: MmdbFile, ranges: V4TableBuilder, numberOf: NumberOf): void {
  const root = file.ipVersion === 4 ? 0 : v4Root(file);
  if (root === file.nodeCount) return;
  if (root > file.nodeCount) {
    ranges.add(0, numberOf(root));
    return;
  }
  const walk = new Walk(file);
  walk.push(root, 0, 0, 0, 0, 0);
  while (walk.pop()) {
    const { record, depth, a } = walk;
    if (record >= file.nodeCount) ranges.add(a, record === file.nodeCount ? 0 : numberOf(record));
    else if (depth === 32) throw new MmdbError('the tree is deeper than an address has bits');
    else {
      walk.push(file.child(record, 1), depth + 1, (a | (0x8000_0000 >>> depth)) >>> 0, 0, 0, 0);
      walk.push(file.child(record, 0), depth + 1, a, 0, 0, 0);
    }
  }
}

/**
 * Walks 2000::/3, the only part of IPv6 from which global addresses are given out, in address order and adds its
 * ranges. Branches that lead back into IPv4 (MaxMind's aliases for 6to4 and Teredo) count as unknown: addresses
 * that carry an IPv4 address are looked up by that.
 * @throws MmdbError when the tree does not end.
 */
export function addV6Ranges(file: MmdbFile, ranges: V6TableBuilder, numberOf: NumberOf): void {
  if (file.ipVersion !== 6) return;
  const v4 = v4Root(file);
  let root = 0;
  for (const side of [0, 0, 1]) if (root < file.nodeCount) root = file.child(root, side);
  const walk = new Walk(file);
  walk.push(root, 3, 0x2000_0000, 0, 0, 0);
  while (walk.pop()) {
    const { record, depth, a, b, c, d } = walk;
    if (record >= file.nodeCount) ranges.add(a, b, c, d, record === file.nodeCount ? 0 : numberOf(record));
    else if (record === v4) ranges.add(a, b, c, d, 0);
    else if (depth === 128) throw new MmdbError('the tree is deeper than an address has bits');
    else {
      const bit = 0x8000_0000 >>> (depth & 31);
      const word = depth >>> 5;
      const right = file.child(record, 1);
      if (word === 0) walk.push(right, depth + 1, (a | bit) >>> 0, b, c, d);
      else if (word === 1) walk.push(right, depth + 1, a, (b | bit) >>> 0, c, d);
      else if (word === 2) walk.push(right, depth + 1, a, b, (c | bit) >>> 0, d);
      else walk.push(right, depth + 1, a, b, c, (d | bit) >>> 0);
      walk.push(file.child(record, 0), depth + 1, a, b, c, d);
    }
  }
  ranges.add(0x4000_0000, 0, 0, 0, 0);
}

/** The record under ::/96: a node, or what the tree says about all of IPv4. */
function v4Root(file: MmdbFile): number {
  let record = 0;
  for (let bit = 0; bit < 96 && record < file.nodeCount; bit++) record = file.child(record, 0);
  return record;
}

/** The stack of branches not walked yet: one per level at most, so its room is known. */
class Walk {
  record = 0;
  depth = 0;
  a = 0;
  b = 0;
  c = 0;
  d = 0;
  readonly #stack = new Uint32Array(6 * 132);
  #top = 0;
  #left: number;

  constructor(file: MmdbFile) {
    // Every node has one parent, so a walk that meets more records than there are runs in circles.
    this.#left = file.nodeCount * 2 + 2;
  }

  push(record: number, depth: number, a: number, b: number, c: number, d: number): void {
    const stack = this.#stack;
    const at = this.#top;
    stack[at] = record;
    stack[at + 1] = depth;
    stack[at + 2] = a;
    stack[at + 3] = b;
    stack[at + 4] = c;
    stack[at + 5] = d;
    this.#top = at + 6;
  }

  /** Takes the next branch into the fields; false at the end. */
  pop(): boolean {
    if (this.#top === 0) return false;
    if (--this.#left < 0) throw new MmdbError('the branches of the tree run in circles');
    const stack = this.#stack;
    this.#top -= 6;
    const at = this.#top;
    this.record = stack[at];
    this.depth = stack[at + 1];
    this.a = stack[at + 2];
    this.b = stack[at + 3];
    this.c = stack[at + 4];
    this.d = stack[at + 5];
    return true;
  }
}
