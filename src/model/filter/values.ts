import { formatIp, parseNetwork } from '../address.ts';
import type { Column } from '../columns.ts';
import { PROTOCOLS, protocolNumber } from '../kinds.ts';
import type { FilterField, FilterValue } from './ast.ts';
import { FilterError } from './error.ts';
import { largestOf } from './fields.ts';
import type { Token } from './lexer.ts';
import { nearest } from './nearest.ts';
import { parseTime } from './time.ts';

/** `k` is a thousand, `Ki` 1,024; a `B` may follow. Of the lower-case letters only `k` stands alone: `m` could be minutes. */
const FACTORS: Readonly<Record<string, number>> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** In seconds. */
const DURATIONS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
};

const NUMBER = /^([+-]?\d{1,25}(?:\.\d{1,30})?(?:e[+-]?\d{1,3})?)([a-z]*)$/i;

/** The value that `token` is for this field. @throws FilterError when it is none */
export function readValue(field: FilterField, token: Token, now: number): FilterValue {
  const { column } = field;
  if (field.attr !== undefined) return attrValue(token);
  switch (column.type) {
    case 'id':
      if (/^\d{1,19}$/.test(token.text)) return { type: 'id', text: BigInt(token.text).toString() };
      throw wrong(token, `"${token.text}" is no id: ids are whole numbers.`);
    case 'time':
      return { type: 'number', number: timeValue(token, now) };
    case 'ip':
      return networkValue(token);
    case 'enum':
      return { type: 'number', number: enumValue(column, token) };
    case 'dict':
    case 'set':
    case 'text':
    case 'json':
      return textValue(column, token);
    default:
      return { type: 'number', number: numberValue(column, token) };
  }
}

function wrong(token: Token, message: string, suggestion?: string): FilterError {
  const guess = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  return new FilterError(message + guess, token.at, token.length, suggestion);
}

/** A bare number is compared as a number, everything else (a quoted number too) as text. */
function attrValue(token: Token): FilterValue {
  const isNumber = token.kind === 'word' && /^-?\d{1,15}(\.\d{1,25})?(e-?\d{1,2})?$/.test(token.text);
  return isNumber ? { type: 'number', number: Number(token.text) + 0 } : { type: 'text', text: token.text };
}

function textValue(column: Column, token: Token): FilterValue {
  const isCountry = column.name === 'src_country' || column.name === 'dst_country';
  return { type: 'text', text: isCountry ? token.text.toUpperCase() : token.text };
}

function timeValue(token: Token, now: number): number {
  const time = parseTime(token.text, now);
  if (time !== undefined) return time;
  throw wrong(token, `"${token.text}" is no time: write 2026-11-20T08:00:00Z, Unix seconds, or -1h.`);
}

function networkValue(token: Token): FilterValue {
  const network = parseNetwork(token.text);
  if (!network) throw wrong(token, `"${token.text}" is no address and no network such as 192.0.2.0/24.`);
  const { bytes, prefix, family } = network;
  if (prefix === 128) return { type: 'network', bytes, prefix, text: formatIp(bytes) || '::' };
  const length = family === 4 ? prefix - 96 : prefix;
  return { type: 'network', bytes, prefix, text: `${formatIp(bytes) || '::'}/${length}` };
}

function enumValue(column: Column, token: Token): number {
  const values = column.values ?? {};
  const word = token.text.toLowerCase();
  if (Object.hasOwn(values, word)) return values[word];
  const words = Object.keys(values);
  throw wrong(
    token,
    `"${token.text}" is no value of ${column.path}: it is one of ${words.join(', ')}.`,
    nearest(word, words),
  );
}

function numberValue(column: Column, token: Token): number {
  if (column.name === 'proto') return protocolValue(token);
  const text = column.name.endsWith('_asn') ? token.text.replace(/^as(?=\d)/i, '') : token.text;
  const number = measured(column, token, text);
  const largest = largestOf(column);
  if (largest === undefined) return number;
  if (number < 0 || number > largest) throw wrong(token, `${column.path} goes from 0 to ${largest}.`);
  if (!Number.isInteger(number)) throw wrong(token, `${column.path} is a whole number.`);
  return number;
}

function protocolValue(token: Token): number {
  const number = protocolNumber(token.text);
  if (number !== undefined) return number;
  throw wrong(token, `"${token.text}" is no protocol.`, nearest(token.text, Object.keys(PROTOCOLS)));
}

/** A number with its unit. */
function measured(column: Column, token: Token, text: string): number {
  const hex = /^0x[0-9a-f]{1,8}$/i.test(text);
  const match = hex ? null : NUMBER.exec(text);
  if (!hex && !match) throw wrong(token, `${column.path} is a number; "${token.text}" is none.`);
  // Adding 0 makes -0 a plain 0.
  const value = (match ? Number(match[1]) : Number(text)) + 0;
  const unit = match?.[2] ?? '';
  if (unit === '') return value;
  if (column.unit === 'seconds') {
    const seconds = DURATIONS[unit.toLowerCase()];
    if (seconds !== undefined) return Number((value * seconds).toPrecision(15));
    throw wrong(token, `"${unit}" is no unit of time: us, ms, s, m, h and d are.`);
  }
  const factor = factorOf(unit);
  if (factor !== undefined) return Number((value * factor).toPrecision(15));
  const near = unit === 'm' || unit === 'g' || unit === 't' ? match?.[1] + unit.toUpperCase() : undefined;
  throw wrong(token, `"${unit}" is no unit here: k, M, G, T and Ki, Mi, Gi, Ti are, with or without a B.`, near);
}

function factorOf(unit: string): number | undefined {
  if (/^b$/i.test(unit)) return 1;
  const bare = /^(.+)b$/i.exec(unit)?.[1];
  if (bare === undefined) return FACTORS[unit] ?? FACTORS[unit.toLowerCase().length === 2 ? unit.toLowerCase() : ''];
  return bare.length === 1 ? FACTORS[bare.toUpperCase()] : FACTORS[bare.toLowerCase()];
}
