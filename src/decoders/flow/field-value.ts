import { formatIp, formatV4 } from '../../model/address.ts';
import type { ElementType } from './elements.ts';
import type { FieldValue } from './flow-observer.ts';

/** Seconds from 1900, where NTP begins to count, to 1970. */
const NTP_EPOCH = 2_208_988_800;
/** Seconds of one NTP era: a number with the upper bit clear is one of the next era, which begins in 2036. */
const NTP_ERA = 2 ** 32;

const utf8 = new TextDecoder();

/** An unsigned number of 0 to 8 bytes; past 2^53 it is not exact. */
export function readUnsigned(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + bytes[i];
  return value;
}

/** A float64, or the float32 that it was reduced to (RFC 7011 section 6.2); NaN for any other length. */
export function readFloat(view: DataView, at: number, length: number): number {
  if (length === 8) return view.getFloat64(at);
  return length === 4 ? view.getFloat32(at) : Number.NaN;
}

/** Text up to its first NUL (fields of fixed length are filled up with them), without white space around it. */
export function readText(bytes: Uint8Array, at: number, length: number): string {
  const end = bytes.subarray(at, at + length).indexOf(0);
  return utf8.decode(bytes.subarray(at, end < 0 ? at + length : at + end)).trim();
}

/**
 * The value of a field for people. Bytes that do not fit the type are shown as those of an unknown one: a number up to
 * eight bytes, else hex.
 *
 * @param type of its element, undefined when that is not known.
 */
export function readValue(
  type: ElementType | undefined,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  length: number,
): FieldValue {
  if (length === 0) return '';
  switch (type) {
    case 'string':
      return readText(bytes, at, length);
    case 'ipv4Address':
      if (length === 4) return formatV4(view.getUint32(at));
      break;
    case 'ipv6Address':
      if (length === 16) return formatIp(bytes, at) || '::';
      break;
    case 'macAddress':
      if (length === 6) return hex(bytes, at, length).replace(/..(?!$)/g, '$&:');
      break;
    case 'boolean':
      if (length === 1 && (bytes[at] === 1 || bytes[at] === 2)) return bytes[at] === 1;
      break;
    case 'float32':
    case 'float64':
      if (Number.isFinite(readFloat(view, at, length))) return readFloat(view, at, length);
      break;
    case 'signed8':
    case 'signed16':
    case 'signed32':
    case 'signed64':
      if (length <= 8) return numberOf(BigInt.asIntN(length * 8, wide(bytes, at, length)));
      break;
    case 'octetArray':
    case 'basicList':
    case 'subTemplateList':
    case 'subTemplateMultiList':
      return hex(bytes, at, length);
    case 'dateTimeSeconds':
    case 'dateTimeMilliseconds':
    case 'dateTimeMicroseconds':
    case 'dateTimeNanoseconds':
      return timeOf(type, bytes, view, at, length) ?? numberOf(wide(bytes, at, Math.min(length, 8)));
  }
  return length <= 8 ? numberOf(wide(bytes, at, length)) : hex(bytes, at, length);
}

/** ISO 8601; undefined for what is no time. */
function timeOf(type: ElementType, bytes: Uint8Array, view: DataView, at: number, length: number): string | undefined {
  let milliseconds = Number.NaN;
  let digits = '';
  if (type === 'dateTimeSeconds' && length <= 8) milliseconds = readUnsigned(bytes, at, length) * 1000;
  else if (type === 'dateTimeMilliseconds' && length <= 8) milliseconds = readUnsigned(bytes, at, length);
  else if (length === 8) {
    const seconds = view.getUint32(at);
    milliseconds = (seconds - NTP_EPOCH + (seconds < 2 ** 31 ? NTP_ERA : 0)) * 1000;
    const nanoseconds = Math.floor((view.getUint32(at + 4) / 2 ** 32) * 1e9);
    const text = String(nanoseconds).padStart(9, '0');
    digits = type === 'dateTimeMicroseconds' ? text.slice(0, 6) : text;
  }
  if (!(milliseconds <= 8.64e15)) return undefined;
  const text = new Date(milliseconds).toISOString();
  return digits === '' ? text : `${text.slice(0, -4)}${digits}Z`;
}

function wide(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let i = at; i < at + length; i++) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}

function numberOf(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function hex(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('hex');
}
