import { canonicalEncoding } from '../encodings.ts';
import { FLOWS } from '../formats/flows.ts';
import { GOFLOW2 } from '../formats/goflow2.ts';
import { NFDUMP } from '../formats/nfdump.ts';
import { NTOPNG } from '../formats/ntopng.ts';
import { PMACCT } from '../formats/pmacct.ts';
import { ZEEK_CONN, ZEEK_DNS, ZEEK_FILES, ZEEK_HTTP, ZEEK_NOTICE, ZEEK_SSL, ZEEK_WEIRD } from '../formats/zeek.ts';
import { type Format, S, type Slot } from './format.ts';
import { KeyTable } from './key-table.ts';

/**
 * All formats. The order is that of recognition: a record with marks of several is the first of them, so that logs
 * which share keys with others (every Zeek log has an id) come after those with keys of their own.
 */
export const FORMATS: readonly Format[] = [
  ZEEK_NOTICE,
  ZEEK_FILES,
  ZEEK_DNS,
  ZEEK_SSL,
  ZEEK_HTTP,
  ZEEK_CONN,
  NFDUMP,
  PMACCT,
  NTOPNG,
  GOFLOW2,
  FLOWS,
  ZEEK_WEIRD,
];

/** Keys of every Zeek log about a connection: without any other mark it is taken for a conn.log. */
const ZEEK_ID = ['id.orig_h', 'id_orig_h', 'id.resp_h', 'id_resp_h'];
const ZEEK_ID_BIT = 1 << FORMATS.length;

const ENVELOPE_KEYS = ['records', 'collector_id', 'format', 'type', '_path'];
export const KEYS = new KeyTable([
  ...new Set([
    ...ENVELOPE_KEYS,
    ...ZEEK_ID,
    ...FORMATS.flatMap((format) => [...Object.values(format.fields).flat(), ...format.marks]),
  ]),
]);
export const [RECORDS_KEY, COLLECTOR_KEY, FORMAT_KEY, TYPE_KEY, PATH_KEY] = ENVELOPE_KEYS.map((key) => KEYS.idOf(key));

/** By format and key: slot * 16 + rank (0 is preferred), -1 for a key that goes to `attrs`. */
export const PROGRAMS: readonly Int16Array[] = FORMATS.map((format) => {
  const program = new Int16Array(KEYS.names.length).fill(-1);
  for (const [slot, keys] of Object.entries(format.fields))
    for (const [rank, key] of keys.entries()) program[KEYS.idOf(key)] = S[slot as Slot] * 16 + rank;
  return program;
});

/** Which formats a key is a mark of, as bits in the order of {@link FORMATS}. */
export const MARKS = new Int32Array(KEYS.names.length);
for (const [bit, format] of FORMATS.entries()) for (const key of format.marks) MARKS[KEYS.idOf(key)] |= 1 << bit;
for (const key of ZEEK_ID) MARKS[KEYS.idOf(key)] |= ZEEK_ID_BIT;

const numbers = new Map(FORMATS.map((format, i) => [format.name, i]));

/** The number of the format that a canonical encoding names; -1 for a family (`auto`, `zeek`, `netflow`). */
export function formatNumber(encoding: string): number {
  return numbers.get(encoding) ?? -1;
}

const ZEEK_MARKS = FORMATS.reduce((marks, { name }, i) => (name.startsWith('zeek.') ? marks | (1 << i) : marks), 0);

/** The marks that count where a family is named. */
export function familyMarks(family: string): number {
  if (family === 'zeek') return ZEEK_MARKS | ZEEK_ID_BIT;
  return family === 'netflow' ? ~(ZEEK_MARKS | ZEEK_ID_BIT) : -1;
}

/** The format of a record with these marks; -1 when it has none. */
export function formatByMarks(marks: number): number {
  if (marks === 0) return -1;
  const first = 31 - Math.clz32(marks & -marks);
  return first === FORMATS.length ? formatNumber('zeek.conn') : first;
}

/** The Zeek log that a record names by `_path`, `type` or `format`; -1 when it is none that is read here. */
export function zeekLogNumber(name: string): number {
  const encoding = canonicalEncoding(name) ?? '';
  return encoding.startsWith('zeek.') ? formatNumber(encoding) : -1;
}
