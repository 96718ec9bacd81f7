import { parseIp } from '../model/address.ts';
import type { AsnRecords } from './location-records.ts';
import type { V4TableBuilder } from './v4-table.ts';
import type { V6TableBuilder } from './v6-table.ts';

const NEWLINE = 10;
const LONGEST_LINE = 1024;

/**
 * Reads `first address,last address,AS number,"organisation"` lines ordered by first address (the layout of
 * ip-location-db) and adds their ranges; a file holds IPv4 or IPv6. Where a line begins inside the one before, it wins.
 * @throws Error when a line is not of that form or goes back: a file in disorder cannot be searched.
 */
export function addAsnCsv(bytes: Buffer, v4: V4TableBuilder, v6: V6TableBuilder, records: AsnRecords): void {
  const first = new Uint8Array(16);
  const last = new Uint8Array(16);
  const before = new Uint8Array(16);
  // The address after the last one known, where nothing is known again unless the next line begins there.
  const end = new Uint8Array(16);
  let family: 0 | 4 | 6 = 0;
  const add = (address: Uint8Array, value: number) => {
    const mapped = word(address, 0) === 0 && word(address, 4) === 0 && word(address, 8) === 0xffff;
    if (mapped) v4.add(word(address, 12), value);
    else if (family === 6) v6.add(word(address, 0), word(address, 4), word(address, 8), word(address, 12), value);
  };
  for (let at = 0, line = 1; at < bytes.length; line++) {
    let stop = bytes.indexOf(NEWLINE, at);
    if (stop < 0) stop = bytes.length;
    if (stop - at > LONGEST_LINE) throw new Error(`line ${line} is too long`);
    const fields = bytes.toString('utf8', at, stop).trimEnd().split(',');
    at = stop + 1;
    family = parseIp(fields[0], first);
    const asn = Number(fields[2]);
    if (fields.length < 4 || family === 0 || parseIp(fields[1], last) !== family || !Number.isInteger(asn))
      throw new Error(`line ${line} is not "first,last,asn,organisation"`);
    if ((line > 1 && Buffer.compare(first, before) <= 0) || Buffer.compare(first, last) > 0)
      throw new Error(`line ${line} is out of order`);
    if (line > 1 && Buffer.compare(end, first) < 0) add(end, 0);
    add(first, records.of(asn, unquoted(fields.slice(3).join(','))));
    before.set(first);
    end.set(last);
    increment(end);
  }
  // After 255.255.255.255 the carry has left the IPv4 part, and there is nothing to end.
  if (bytes.length > 0) add(end, 0);
}

function unquoted(field: string): string {
  return field.startsWith('"') && field.endsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}

function increment(address: Uint8Array): void {
  for (let i = 15; i >= 0; i--) {
    address[i] = (address[i] + 1) & 255;
    if (address[i] !== 0) return;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
