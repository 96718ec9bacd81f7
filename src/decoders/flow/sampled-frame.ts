import { type EventBatch, TextColumn } from '../../model/batch.ts';
import { AttrsWriter } from './json-bytes.ts';
import { LINK_TYPES, parseFrame } from './packet-header.ts';

/** What would go to `attrs`: there it would collide with what the rest of the record writes. */
const unused = new TextColumn(1);
const attrs = new AttrsWriter(false);

/**
 * Reads a sampled Ethernet frame (dataLinkFrameSection, RFC 7133) into a row, as `DecodeRun.frame` asks for: one packet of
 * as many bytes as its IP packet has, as flows count them.
 */
export function readSampledFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  frameLength: number,
  batch: EventBatch,
  row: number,
): boolean {
  attrs.begin(unused, 0);
  const length = parseFrame(bytes, start, end, frameLength, LINK_TYPES.ethernet, batch, row, attrs);
  attrs.end();
  if (length === 0) {
    // The tag was read before it was known that no packet of IP follows.
    batch.columns.vlan[row] = 0;
    return false;
  }
  batch.columns.bytes[row] = length;
  batch.columns.packets[row] = 1;
  return true;
}
