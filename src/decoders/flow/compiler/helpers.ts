import type { DictColumn } from '../../../model/batch.ts';
import {
  BYTES_PER_TEXT_BYTE,
  writeEscaped,
  writeHex,
  writeMac,
  writeQuoted64,
  writeUtf8,
  writeV4,
  writeV6,
  writeWhole,
} from './json-bytes.ts';
import { FIREWALL_EVENTS, type Machine } from './machine.ts';
import { TextCache } from './text-cache.ts';

/** Seconds from 1900, where NTP counts from, to 1970; and from 1970 to the second era of NTP, which begins in 2036. */
const NTP_1970 = 2_208_988_800;
const NTP_ERA_1 = 2 ** 32 - NTP_1970;
const WRAP = 2 ** 32;
/** Texts that go into a dictionary are cut here: a dictionary holds many for long. */
const DICTIONARY_TEXT = 256;
const QUOTE = 34;
/** PANA-L7-PEN: the application list of a vendor other than the exporter's. */
const PEN_ENGINE = 20;

const texts = new TextCache();
const applicationIds = new TextCache(1024, applicationId);
const encoder = new TextEncoder();
const firewallWords = FIREWALL_EVENTS.map((word) => encoder.encode(`"${word}"`));

/**
 * `3:80` for 03 00 00 50: the engine and its selector (RFC 6759), in hexadecimal where it is longer than 8 bytes.
 * `20:12356:36660` of the engine whose selectors begin with an enterprise number.
 */
function applicationId(id: Uint8Array): string {
  const [engine, ...selector] = id;
  if (engine === PEN_ENGINE && selector.length > 4 && selector.length <= 12) {
    const whole = (bytes: readonly number[]) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    return `${engine}:${whole(selector.slice(0, 4))}:${whole(selector.slice(4))}`;
  }
  if (selector.length > 8) return `${engine}:${Buffer.from(selector).toString('hex')}`;
  return `${engine}:${selector.reduce((sum, byte) => sum * 256 + byte, 0)}`;
}

/**
 * What generated and interpreted programs call for everything that is more than a few instructions. Pure numbers in and
 * out; positions are indices into `machine.bytes`.
 */
export const HELPERS = {
  /** Microseconds since 1970 of a 64-bit NTP time, which begins anew in 2036 (RFC 7011 sections 6.1.9 and 6.1.10). */
  ntp(_: Machine, seconds: number, fraction: number): number {
    const since1970 = seconds < 0x80000000 ? seconds + NTP_ERA_1 : seconds - NTP_1970;
    return since1970 * 1e6 + Math.round((fraction * 1e6) / WRAP);
  },

  /**
   * Microseconds since 1970 of an uptime in milliseconds modulo 2^32, of a device that started at `boot` (milliseconds
   * since 1970): the turn of the counter that lies nearest to `reference`, in microseconds.
   */
  upSince(_: Machine, boot: number, uptime: number, reference: number): number {
    const time = boot + uptime;
    return (time + Math.round((reference / 1000 - time) / WRAP) * WRAP) * 1000;
  },

  /** A sampling rate as a whole number; `otherwise` when it is none. */
  rateOf(_: Machine, rate: number, otherwise: number): number {
    const whole = Math.round(rate);
    return whole >= 1 && whole < WRAP ? whole : otherwise;
  },

  /** The rate of a sampler, `otherwise` when it is not known. */
  samplerRate(machine: Machine, id: number, otherwise: number): number {
    if (id !== machine.sampler) {
      machine.sampler = id;
      machine.samplerRate = HELPERS.rateOf(machine, machine.run.samplerRate(id), 0);
    }
    return machine.samplerRate || otherwise;
  },

  /** An unsigned number of `length` bytes, at most 2^53 - 1; 0 when it has more than 8. */
  varUint({ bytes }: Machine, start: number, length: number): number {
    if (length > 8) return 0;
    let value = 0;
    for (let i = start; i < start + length; i++) value = value * 256 + bytes[i];
    return Math.min(value, Number.MAX_SAFE_INTEGER);
  },

  float32({ view }: Machine, start: number): number {
    return view.getFloat32(start);
  },

  float64({ view }: Machine, start: number): number {
    return view.getFloat64(start);
  },

  /** 1 when one of these bytes is not zero. */
  isSet({ bytes }: Machine, start: number, length: number): number {
    for (let i = start; i < start + length; i++) if (bytes[i] !== 0) return 1;
    return 0;
  },

  /** Hands the packet of a sampled frame to whoever reads packet headers; 1 when it filled the row. */
  frame(machine: Machine, row: number, start: number, length: number, frameLength: number): number {
    const { run, bytes, batch } = machine;
    return length > 0 && run.frame?.(bytes, start, start + length, frameLength, batch, row) ? 1 : 0;
  },

  /** Name of an application id (95), else the id itself. */
  appById(machine: Machine, row: number, start: number, length: number): number {
    const { bytes, columns, run } = machine;
    if (HELPERS.isSet(machine, start, length) === 0) return 0;
    const name = run.applicationName(bytes, start, start + length);
    columns.app.set(row, name || applicationIds.read(bytes, start, start + Math.min(length, DICTIONARY_TEXT)));
    return name === '' ? 0 : 1;
  },

  app(machine: Machine, row: number, start: number, length: number): number {
    return setText(machine, machine.columns.app, row, start, length);
  },

  user(machine: Machine, row: number, start: number, length: number): number {
    return setText(machine, machine.columns.user, row, start, length);
  },

  domain({ bytes, columns: { domain } }: Machine, row: number, start: number, length: number): number {
    const end = textEnd(bytes, start, length);
    if (end === start) return 0;
    const at = domain.begin(row, (end - start) * 3);
    domain.end(row, writeUtf8(domain.bytes, at, bytes, start, end));
    return 1;
  },

  state(machine: Machine, row: number, firewallEvent: number, endReason: number): number {
    const { state } = machine.columns;
    state.codes[row] = machine.stateCode(state, firewallEvent, endReason);
    return 0;
  },

  /** Begins the `attrs` of a row, of at most `room` bytes. */
  attrsBegin(machine: Machine, row: number, room: number): number {
    const { attrs } = machine.columns;
    machine.begin = attrs.begin(row, room);
    machine.at = machine.begin;
    machine.out = attrs.bytes;
    return 0;
  },

  /** Makes the object of what was written, if anything was. */
  attrsEnd(machine: Machine, row: number): number {
    if (machine.at === machine.begin) return 0;
    // Every member begins with a comma; the first one becomes the brace.
    machine.out[machine.begin] = 123;
    machine.out[machine.at] = 125;
    machine.columns.attrs.end(row, machine.at + 1);
    return 0;
  },

  // Each of these writes one member of `attrs` unless it is zero or empty, and answers 1 when it did.

  putUint(machine: Machine, key: number, start: number, length: number): number {
    if (length > 8) return HELPERS.putHex(machine, key, start, length);
    if (HELPERS.isSet(machine, start, length) === 0) return 0;
    writeKey(machine, key);
    writeUint(machine, start, length);
    return 1;
  },

  /** A signed number of 1 to 6 or 8 bytes. */
  putInt(machine: Machine, key: number, start: number, length: number): number {
    const { bytes, view } = machine;
    if (bytes[start] < 0x80) return HELPERS.putUint(machine, key, start, length);
    writeKey(machine, key);
    if (length === 8) {
      const text = encoder.encode(`"${view.getBigInt64(start)}"`);
      const exact = view.getInt32(start) >= -0x200000;
      return writeBytes(machine, exact ? text.subarray(1, -1) : text);
    }
    machine.out[machine.at++] = 45;
    machine.at = writeWhole(machine.out, machine.at, 256 ** length - HELPERS.varUint(machine, start, length));
    return 1;
  },

  putFloat(machine: Machine, key: number, start: number, length: number): number {
    const value = length === 4 ? machine.view.getFloat32(start) : machine.view.getFloat64(start);
    if (value === 0 || !Number.isFinite(value)) return 0;
    writeKey(machine, key);
    return writeBytes(machine, encoder.encode(String(value)));
  },

  /** 1 is true, 2 is false (RFC 7011 section 6.1.5). */
  putBoolean(machine: Machine, key: number, start: number): number {
    const value = machine.bytes[start];
    if (value !== 1 && value !== 2) return 0;
    writeKey(machine, key);
    return writeBytes(machine, value === 1 ? TRUE : FALSE);
  },

  /** A 64-bit NTP time as microseconds since 1970. */
  putNtp(machine: Machine, key: number, start: number): number {
    const { view } = machine;
    const time = HELPERS.ntp(machine, view.getUint32(start), view.getUint32(start + 4));
    if (time < 0 || HELPERS.isSet(machine, start, 8) === 0) return 0;
    writeKey(machine, key);
    machine.at = writeWhole(machine.out, machine.at, time);
    return 1;
  },

  putMac(machine: Machine, key: number, start: number): number {
    if (HELPERS.isSet(machine, start, 6) === 0) return 0;
    const { out } = machine;
    const at = openQuote(machine, key);
    return closeQuote(machine, writeMac(out, at, machine.bytes, start));
  },

  putV4(machine: Machine, key: number, start: number): number {
    if (HELPERS.isSet(machine, start, 4) === 0) return 0;
    const at = openQuote(machine, key);
    return closeQuote(machine, writeV4(machine.out, at, machine.bytes, start));
  },

  putV6(machine: Machine, key: number, start: number): number {
    if (HELPERS.isSet(machine, start, 16) === 0) return 0;
    const at = openQuote(machine, key);
    return closeQuote(machine, writeV6(machine.out, at, machine.bytes, start));
  },

  putText(machine: Machine, key: number, start: number, length: number): number {
    const end = textEnd(machine.bytes, start, length);
    if (end === start) return 0;
    const at = openQuote(machine, key);
    return closeQuote(machine, writeEscaped(machine.out, at, machine.bytes, start, end));
  },

  putHex(machine: Machine, key: number, start: number, length: number): number {
    if (HELPERS.isSet(machine, start, length) === 0) return 0;
    const at = openQuote(machine, key);
    return closeQuote(machine, writeHex(machine.out, at, machine.bytes, start, start + length));
  },

  /** `"3:80"`, see {@link applicationId}. */
  putApplicationId(machine: Machine, key: number, start: number, length: number): number {
    if (HELPERS.isSet(machine, start, length) === 0) return 0;
    const id = applicationIds.read(machine.bytes, start, start + Math.min(length, DICTIONARY_TEXT));
    const at = openQuote(machine, key);
    return closeQuote(machine, at + encoder.encodeInto(id, machine.out.subarray(at)).written);
  },

  /** The word of a firewall event, or its number where it has none. */
  putFirewallEvent(machine: Machine, key: number, start: number, length: number): number {
    const event = HELPERS.varUint(machine, start, length);
    if (event === 0 || event >= FIREWALL_EVENTS.length) return HELPERS.putUint(machine, key, start, length);
    writeKey(machine, key);
    return writeBytes(machine, firewallWords[event]);
  },

  /** Adds the label of an entry of an MPLS stack (the upper 20 of 24 bits) to the list under `key`, opening it. */
  putLabel(machine: Machine, key: number, start: number): number {
    const { bytes, out } = machine;
    const label = (bytes[start] << 12) | (bytes[start + 1] << 4) | (bytes[start + 2] >>> 4);
    if (label === 0) return 0;
    if (machine.inList) out[machine.at++] = 44;
    else {
      writeKey(machine, key);
      out[machine.at++] = 91;
      machine.inList = true;
    }
    machine.at = writeWhole(out, machine.at, label);
    return 1;
  },

  closeList(machine: Machine): number {
    if (machine.inList) machine.out[machine.at++] = 93;
    machine.inList = false;
    return 0;
  },
} satisfies Record<string, (machine: Machine, ...args: number[]) => number>;

export type HelperName = keyof typeof HELPERS;

/** What a member of `attrs` takes at most besides its key, as bytes and bytes for each byte of the field. */
export const ROOM_FIXED = 44;
export const ROOM_PER_BYTE = BYTES_PER_TEXT_BYTE;

const TRUE = encoder.encode('true');
const FALSE = encoder.encode('false');

function writeKey(machine: Machine, key: number): void {
  writeBytes(machine, machine.keys[key]);
}

function writeBytes(machine: Machine, text: Uint8Array): 1 {
  const { out } = machine;
  let to = machine.at;
  for (let i = 0; i < text.length; i++) out[to++] = text[i];
  machine.at = to;
  return 1;
}

function openQuote(machine: Machine, key: number): number {
  writeKey(machine, key);
  machine.out[machine.at] = QUOTE;
  return machine.at + 1;
}

function closeQuote(machine: Machine, at: number): 1 {
  machine.out[at] = QUOTE;
  machine.at = at + 1;
  return 1;
}

function writeUint(machine: Machine, start: number, length: number): void {
  const { bytes, view, out, at } = machine;
  if (length === 8 && view.getUint32(start) > 0x1fffff)
    machine.at = writeQuoted64(out, at, view.getUint32(start), view.getUint32(start + 4));
  else if (length === 7 && bytes[start] > 0x1f)
    machine.at = writeQuoted64(out, at, view.getUint32(start) >>> 8, view.getUint32(start + 3));
  else machine.at = writeWhole(out, at, HELPERS.varUint(machine, start, length));
}

/** Where a text ends that an exporter fills up with NULs. */
function textEnd(bytes: Uint8Array, start: number, length: number): number {
  let end = start + length;
  while (end > start && bytes[end - 1] === 0) end--;
  return end;
}

function setText(machine: Machine, column: DictColumn, row: number, start: number, length: number): number {
  const end = textEnd(machine.bytes, start, Math.min(length, DICTIONARY_TEXT));
  if (end === start) return 0;
  column.set(row, texts.read(machine.bytes, start, end));
  return 1;
}
