import type { OnProblem } from './packet.ts';
import { inflateFrames } from './zstd-frames.ts';
import { isSkippable, MAGIC } from './zstd-header.ts';
import { nativeZstd } from './zstd-native.ts';
import { scriptedFrame } from './zstd-scripted.ts';

/** Whether this is how a zstd file begins: with a frame, or with one to be skipped, as pzstd writes it. */
export function isZstd(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  return magic === MAGIC || isSkippable(magic);
}

/** What a zstd stream holds; see {@link inflateFrames}. Blocks are undone by Node where it can, else in JavaScript. */
export function inflateZstd(source: AsyncIterable<Uint8Array>, onProblem: OnProblem): AsyncIterable<Uint8Array> {
  return inflateFrames(source, onProblem, nativeZstd ?? scriptedFrame);
}
