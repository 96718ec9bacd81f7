import type { EventBatch } from '../batch.ts';
import type { FilterValue } from './ast.ts';
import { JsonPath } from './json-path.ts';
import { equalsText, type TextTest } from './text-test.ts';

/**
 * Members of `attrs`. A number asks for a number (a JSON number, or a string of digits as many sensors write them); a
 * text asks for a string, or for what else stands there as it is written (`true`, `12.5`). What is absent or `null` has
 * no value: only `!=` is true of it.
 */

type AttrPredicate = (batch: EventBatch, row: number) => boolean;
type Order = '=' | '!=' | '<' | '<=' | '>' | '>=';

function found(path: JsonPath, batch: EventBatch, row: number): boolean {
  const { attrs } = batch.columns;
  if (attrs.isEmpty(row) || !path.find(attrs.bytes, attrs.offsets[row], attrs.offsets[row + 1])) return false;
  return path.isString || !(path.end - path.start === 4 && attrs.bytes[path.start] === 0x6e);
}

export function attrExists(attr: string): AttrPredicate {
  const path = new JsonPath(attr);
  return (batch, row) => found(path, batch, row) && !isNothing(batch.columns.attrs.bytes, path.start, path.end);
}

/** Empty, `0`, `[]` or `{}`. */
function isNothing(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 1) return bytes[start] === 0x30;
  const pair = end - start === 2 ? bytes[start] * 256 + bytes[start + 1] : 0;
  return end === start || pair === 0x5b5d || pair === 0x7b7d;
}

export function attrPart(attr: string, test: TextTest): AttrPredicate {
  const path = new JsonPath(attr);
  return (batch, row) => found(path, batch, row) && onValue(path, batch.columns.attrs.bytes, test);
}

/** A string with escapes is decoded first (and allocates); all others are looked at where they lie. */
function onValue(path: JsonPath, bytes: Uint8Array, test: TextTest): boolean {
  if (!path.isString || !hasEscape(bytes, path.start, path.end)) return test(bytes, path.start, path.end);
  const quoted = new TextDecoder().decode(bytes.subarray(path.start - 1, path.end + 1));
  const plain = new TextEncoder().encode(JSON.parse(quoted) as string);
  return test(plain, 0, plain.length);
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5c) return true;
  return false;
}

export function attrTest(attr: string, op: Order, value: FilterValue): AttrPredicate {
  if (op === '!=') {
    const same = attrTest(attr, '=', value);
    return (batch, row) => !same(batch, row);
  }
  if (value.type === 'number') return attrNumber(attr, op, value.number);
  const text = value.type === 'text' ? value.text : '';
  if (op === '=') return attrPart(attr, equalsText(text));
  const wanted = new TextEncoder().encode(text);
  return attrPart(attr, (bytes, start, end) => holds(op, compareBytes(bytes, start, end, wanted)));
}

function attrNumber(attr: string, op: Order, wanted: number): AttrPredicate {
  const path = new JsonPath(attr);
  return (batch, row) => {
    if (!found(path, batch, row)) return false;
    const number = readNumber(batch.columns.attrs.bytes, path.start, path.end);
    return !Number.isNaN(number) && holds(op, number - wanted);
  };
}

/** Whether `row minus value`, of which only the sign counts, is as `op` wants it. */
export function holds(op: Order, sign: number): boolean {
  if (op === '=') return sign === 0;
  if (op === '!=') return sign !== 0;
  if (op === '<') return sign < 0;
  if (op === '<=') return sign <= 0;
  return op === '>' ? sign > 0 : sign >= 0;
}

/** Texts in the order of their bytes, which is the order of their code points. */
export function compareBytes(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): number {
  const length = Math.min(end - start, wanted.length);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== wanted[i]) return bytes[start + i] - wanted[i];
  return end - start - wanted.length;
}

/** NaN when it is no number. Whole numbers, by far the most, are read without making a string. */
function readNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 32) return Number.NaN;
  let number = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9 || i - start >= 15) return readDecimal(bytes, start, end);
    number = number * 10 + digit;
  }
  return number;
}

function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  const text = String.fromCharCode(...bytes.subarray(start, end));
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
