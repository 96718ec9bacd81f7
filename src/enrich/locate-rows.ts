import type { DictColumn, IpColumn } from '../model/batch.ts';
import type { Dictionary } from '../model/dictionary.ts';
import { DIRECTIONS, SCOPES } from '../model/kinds.ts';
import { type AddressClasses, HOME_BIT, SCOPE_BITS } from './address-classes.ts';
import { ASN_WIDTH, CITY_WIDTH } from './location-records.ts';
import type { RecentAddresses } from './recent-addresses.ts';
import type { LocationTable } from './table-image.ts';
import { findV4, firstLevel, secondLevel } from './v4-table.ts';
import { findV6 } from './v6-table.ts';

const GLOBAL = SCOPES.global;
const SIX_TO_FOUR = 0x2002;
const TRANSLATED = 0x0064_ff9b;

/** Both tables of one moment: a batch is never located half by one and half by the next. */
export interface LocationTables {
  readonly city: LocationTable;
  readonly asn: LocationTable;
}

/** The columns of one end of the traffic. */
export interface Side {
  readonly ip: IpColumn;
  readonly scope: Uint8Array;
  readonly country: DictColumn;
  readonly city: DictColumn;
  readonly lat: Float32Array;
  readonly lon: Float32Array;
  readonly asn: Uint32Array;
  readonly org: DictColumn;
}

/** The four words of an address, most significant first, as numbers; the memory order of the columns is not theirs. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/**
 * The record of a global IPv6 address. One that carries an IPv4 address, by 6to4 (RFC 3056) or a translator's
 * well-known prefix (RFC 6052), is where that is.
 */
export function findCarried(
  table: LocationTable,
  classes: AddressClasses,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  let carried = 0;
  if (a >>> 16 === SIX_TO_FOUR) carried = ((a << 16) | (b >>> 16)) >>> 0;
  else if (a === TRANSLATED) carried = d;
  else return findV6(table.v6, a, b, c, d);
  return (classes.v4(carried) & SCOPE_BITS) === GLOBAL ? findV4(table.v4, carried) : 0;
}

/** Room for what is known of each row between the passes over a batch. */
export class Scratch {
  readonly capacity: number;
  /** Classes of the source and destination addresses. */
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** 1 where an IPv4 address is looked up. */
  readonly wanted: Uint8Array;
  readonly cities: Uint32Array;
  readonly systems: Uint32Array;
  /** Rows whose address was not met lately. */
  readonly unknown: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.src = new Uint8Array(capacity);
    this.dst = new Uint8Array(capacity);
    this.wanted = new Uint8Array(capacity);
    this.cities = new Uint32Array(capacity);
    this.systems = new Uint32Array(capacity);
    // One more: the place that is written before it is known whether the row counts.
    this.unknown = new Uint32Array(capacity + 1);
  }
}

/**
 * Fills every column of `side` for the rows [from, to), and the classes of its addresses in `kinds` for
 * {@link fillDirection}. One short loop after the other rather than one long one: the processor then waits for the
 * memory of many rows at once (measured: 1.6 times the rows a second).
 */
export function fillSide(
  side: Side,
  tables: LocationTables,
  classes: AddressClasses,
  recent: RecentAddresses,
  kinds: Uint8Array,
  scratch: Scratch,
  from: number,
  to: number,
): void {
  const { city, asn } = tables;
  const { wanted, cities, systems, unknown } = scratch;
  const { v4 } = side.ip;
  classify(side.ip, classes, kinds, side.scope, wanted, from, to);
  const missing = recent.find(v4, wanted, cities, systems, unknown, from, to);
  findV4Records(v4, city, cities, unknown, missing);
  findV4Records(v4, asn, systems, unknown, missing);
  recent.keep(v4, cities, systems, unknown, missing);
  findV6Records(side.ip, city, classes, kinds, cities, from, to);
  findV6Records(side.ip, asn, classes, kinds, systems, from, to);
  copyCity(side, city, cities, from, to);
  copySystem(side, asn, systems, from, to);
  useDictionary(side.country, city.dictionaries[0], from, to);
  useDictionary(side.city, city.dictionaries[1], from, to);
  useDictionary(side.org, asn.dictionaries[0], from, to);
}

function classify(
  ip: IpColumn,
  classes: AddressClasses,
  kinds: Uint8Array,
  scope: Uint8Array,
  wanted: Uint8Array,
  from: number,
  to: number,
): void {
  const { family, v4, bytes } = ip;
  for (let row = from; row < to; row++) {
    let kind = 0;
    if (family[row] === 4) kind = classes.v4(v4[row]);
    else if (family[row] === 6) {
      const at = row * 16;
      kind = classes.v6(wordAt(bytes, at), wordAt(bytes, at + 4), wordAt(bytes, at + 8), wordAt(bytes, at + 12));
    }
    kinds[row] = kind;
    scope[row] = kind & SCOPE_BITS;
    wanted[row] = (kind & SCOPE_BITS) === GLOBAL && family[row] === 4 ? 1 : 0;
  }
}

/** The records of the first `count` of `rows`. */
function findV4Records(
  addresses: Uint32Array,
  table: LocationTable,
  records: Uint32Array,
  rows: Uint32Array,
  count: number,
): void {
  const ranges = table.v4;
  // The first level of every row, then the second of those that have one: a branch on what was just read from memory
  // would be guessed wrong and keep the processor from reading ahead.
  let finer = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    const value = firstLevel(ranges, addresses[row]);
    records[row] = value;
    finer |= value;
  }
  if (finer >>> 31 === 0) return;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    if (records[row] >>> 31 !== 0) records[row] = secondLevel(ranges, records[row], addresses[row]);
  }
}

function findV6Records(
  ip: IpColumn,
  table: LocationTable,
  classes: AddressClasses,
  kinds: Uint8Array,
  records: Uint32Array,
  from: number,
  to: number,
): void {
  const { family, bytes } = ip;
  for (let row = from; row < to; row++) {
    if (family[row] !== 6 || (kinds[row] & SCOPE_BITS) !== GLOBAL) continue;
    const at = row * 16;
    const c = wordAt(bytes, at + 8);
    records[row] = findCarried(table, classes, wordAt(bytes, at), wordAt(bytes, at + 4), c, wordAt(bytes, at + 12));
  }
}

function copyCity(side: Side, table: LocationTable, found: Uint32Array, from: number, to: number): void {
  const { lat, lon } = side;
  const country = side.country.codes;
  const city = side.city.codes;
  const { records, floats } = table;
  for (let row = from; row < to; row++) {
    const at = found[row] * CITY_WIDTH;
    country[row] = records[at];
    city[row] = records[at + 1];
    lat[row] = floats[at + 2];
    lon[row] = floats[at + 3];
  }
}

function copySystem(side: Side, table: LocationTable, found: Uint32Array, from: number, to: number): void {
  const { asn } = side;
  const org = side.org.codes;
  const records = table.records;
  for (let row = from; row < to; row++) {
    const at = found[row] * ASN_WIDTH;
    asn[row] = records[at];
    org[row] = records[at + 1];
  }
}

/**
 * The codes of [from, to) are of `dictionary`. Rows before `from` were filled from the column's own: then the new
 * codes are translated into that (a table was replaced between two calls for one batch; rare, so slow is fine).
 */
function useDictionary(column: DictColumn, dictionary: Dictionary, from: number, to: number): void {
  if (column.dictionary === dictionary) return;
  if (from === 0) {
    column.dictionary = dictionary;
    return;
  }
  for (let row = from; row < to; row++)
    column.codes[row] = column.dictionary.intern(dictionary.strings[column.codes[row]]);
}

/** [0] neither at home, [1] only the source, [2] only the destination, [3] both. */
const OF_HOMES = Uint8Array.of(DIRECTIONS.external, DIRECTIONS.outbound, DIRECTIONS.inbound, DIRECTIONS.internal);

/** Direction from the classes of both ends; unknown unless both are addresses. */
export function fillDirection(direction: Uint8Array, src: Uint8Array, dst: Uint8Array, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const homes = (src[row] & HOME_BIT ? 1 : 0) | (dst[row] & HOME_BIT ? 2 : 0);
    const known = (src[row] & SCOPE_BITS) !== 0 && (dst[row] & SCOPE_BITS) !== 0;
    direction[row] = known ? OF_HOMES[homes] : DIRECTIONS.unknown;
  }
}
