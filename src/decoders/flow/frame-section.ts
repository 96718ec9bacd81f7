import { type EventBatch, TextColumn } from '../../model/batch.ts';
import { AttrsWriter } from './json-bytes.ts';
import { LINK_TYPES, parseFrame } from './packet-header.ts';

/** What a frame says beyond the columns is not kept: the record has `attrs` of its own. */
const aside = new TextColumn(1);
const attrs = new AttrsWriter(false);

/**
 * Reads the sampled frame that an IPFIX record carries (dataLinkFrameSection, RFC 7133), as `DecodeRun.frame` asks for
 * it.
 */
export function readFrameSection(
  bytes: Uint8Array,
  start: number,
  end: number,
  frameLength: number,
  batch: EventBatch,
  row: number,
): boolean {
  aside.reset();
  attrs.begin(aside, 0);
  const length = parseFrame(bytes, start, end, frameLength, LINK_TYPES.ethernet, batch, row, attrs);
  attrs.end();
  if (length === 0) {
    batch.columns.vlan[row] = 0;
    return false;
  }
  batch.columns.bytes[row] = length;
  batch.columns.packets[row] = 1;
  return true;
}
