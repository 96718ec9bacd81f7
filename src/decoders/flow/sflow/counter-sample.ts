import type { InterfaceCounters } from '../../../model/exporter.ts';
import type { Exporter } from '../exporter.ts';
import type { FieldValue, FlowObserver } from '../flow-observer.ts';
import { readFields } from './counter-records.ts';
import { padded } from './plain-records.ts';

const COMPACT = 12;
const EXPANDED = 16;
const GENERIC = 1;
const GENERIC_SIZE = 88;
const PORT_NAME = 1005;
const LONGEST_NAME = 255;

/** What an agent gives for a counter that it does not keep: all ones. */
const UNKNOWN = 0xffffffff;

const decoder = new TextDecoder();

/**
 * Reads a counter sample (format 2, or 4 with 32-bit sources): the generic interface counters become the newest counters
 * of their interface, a port name (1005) its name. Other records are read for an observer only.
 *
 * @param start the sample is `bytes[start..end)`.
 * @returns whether all records could be read.
 */
export function readCounters(
  expanded: boolean,
  view: DataView,
  bytes: Uint8Array,
  start: number,
  end: number,
  receivedAt: number,
  exporter: Exporter,
  observer: FlowObserver | undefined,
): boolean {
  const fixed = expanded ? EXPANDED : COMPACT;
  if (end - start < fixed) return false;
  let index = expanded ? view.getUint32(start + 8) : view.getUint32(start + 4) & 0xffffff;
  const count = view.getUint32(start + fixed - 4);
  const fields: Record<string, FieldValue> = {};
  let counters: InterfaceCounters | null = null;
  let whole = true;
  let at = start + fixed;
  for (let i = 0; i < count && whole; i++) {
    const length = end - at < 8 ? UNKNOWN : view.getUint32(at + 4);
    whole = length <= end - at - 8;
    if (!whole) break;
    const format = view.getUint32(at);
    const from = at + 8;
    if (format === GENERIC && length >= GENERIC_SIZE && !counters) {
      counters = readGeneric(view, from, receivedAt);
      index = view.getUint32(from);
    } else if (format === PORT_NAME) namePort(view, bytes, index, from, from + length, exporter);
    if (observer) readFields(format, view, bytes, from, from + length, fields);
    at = from + padded(length);
  }
  if (counters) exporter.count(index, counters);
  else if (whole) exporter.counters.counter_samples++;
  if (observer && (counters || whole)) observer.counters(exporter, index, counters, fields);
  return whole;
}

/** Generic interface counters (ifTable and ifXTable of RFC 2863). */
function readGeneric(view: DataView, at: number, receivedAt: number): InterfaceCounters {
  const speed = hyper(view, at + 8);
  const status = view.getUint32(at + 20);
  return {
    at: receivedAt,
    // Interfaces without bandwidth of their own say 0.
    speed: speed === 0 ? null : speed,
    // Bit 0 is the administrative status, bit 1 the operational one.
    up: status === UNKNOWN ? null : (status & 2) !== 0,
    in_octets: hyper(view, at + 24),
    in_packets: sum(view, at + 32),
    in_discards: counter(view, at + 44),
    in_errors: counter(view, at + 48),
    out_octets: hyper(view, at + 56),
    out_packets: sum(view, at + 64),
    out_discards: counter(view, at + 76),
    out_errors: counter(view, at + 80),
  };
}

function counter(view: DataView, at: number): number | null {
  const value = view.getUint32(at);
  return value === UNKNOWN ? null : value;
}

function hyper(view: DataView, at: number): number | null {
  const high = view.getUint32(at);
  const low = view.getUint32(at + 4);
  if (high === UNKNOWN && low === UNKNOWN) return null;
  return Math.min(high * 2 ** 32 + low, Number.MAX_SAFE_INTEGER);
}

/** Unicast, multicast and broadcast packets: those of the three that are kept. */
function sum(view: DataView, at: number): number | null {
  let packets: number | null = null;
  for (let i = 0; i < 3; i++) {
    const value = counter(view, at + i * 4);
    if (value !== null) packets = (packets ?? 0) + value;
  }
  return packets;
}

function namePort(
  view: DataView,
  bytes: Uint8Array,
  index: number,
  start: number,
  end: number,
  exporter: Exporter,
): void {
  if (end - start < 4) return;
  const length = Math.min(view.getUint32(start), LONGEST_NAME);
  if (length > end - start - 4) return;
  const name = decoder.decode(bytes.subarray(start + 4, start + 4 + length));
  if (exporter.interfaces.name(index, name, '')) exporter.revision++;
}
