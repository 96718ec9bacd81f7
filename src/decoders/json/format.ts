import type { Kind } from '../../model/kinds.ts';

/** How the value of a slot is written in JSON; a number may always come as a string. */
export type ValueType =
  | 'time'
  | 'seconds'
  | 'milliseconds'
  | 'ip'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'protocol'
  | 'flags'
  | 'word'
  | 'text'
  | 'words';

/**
 * What a record can say about an event. Most slots are a column of the same name; the others are used up on the way:
 * `end`, `received` and `duration_ms` for the times, `icmp_type` and `icmp_code` for the ports, `rate` multiplies the
 * counters, `path` names the log.
 */
export const SLOTS = {
  ts: 'time',
  end: 'time',
  received: 'time',
  duration: 'seconds',
  duration_ms: 'milliseconds',
  src_ip: 'ip',
  dst_ip: 'ip',
  src_port: 'u16',
  dst_port: 'u16',
  icmp_type: 'u8',
  icmp_code: 'u8',
  proto: 'protocol',
  bytes: 'u64',
  packets: 'u64',
  src_bytes: 'u64',
  dst_bytes: 'u64',
  src_packets: 'u64',
  dst_packets: 'u64',
  tcp_flags: 'flags',
  tos: 'u8',
  vlan: 'u16',
  input_if: 'u32',
  output_if: 'u32',
  sampling: 'u32',
  rate: 'u32',
  app: 'word',
  state: 'word',
  user: 'word',
  exporter: 'word',
  domain: 'text',
  uid: 'text',
  tags: 'words',
  path: 'word',
} as const satisfies Record<string, ValueType>;

export type Slot = keyof typeof SLOTS;
export const SLOT_NAMES = Object.keys(SLOTS) as Slot[];
export const SLOT_COUNT = SLOT_NAMES.length;

/**
 * The number of each slot, as the compiled programs use it: written out, since an object that is put together key by key
 * is slow to read, and this one is read fifty times a record.
 */
export const S = {
  ts: 0,
  end: 1,
  received: 2,
  duration: 3,
  duration_ms: 4,
  src_ip: 5,
  dst_ip: 6,
  src_port: 7,
  dst_port: 8,
  icmp_type: 9,
  icmp_code: 10,
  proto: 11,
  bytes: 12,
  packets: 13,
  src_bytes: 14,
  dst_bytes: 15,
  src_packets: 16,
  dst_packets: 17,
  tcp_flags: 18,
  tos: 19,
  vlan: 20,
  input_if: 21,
  output_if: 22,
  sampling: 23,
  rate: 24,
  app: 25,
  state: 26,
  user: 27,
  exporter: 28,
  domain: 29,
  uid: 30,
  tags: 31,
  path: 32,
} as const satisfies Record<Slot, number>;

/** JSON type of a documented key that has no column and is kept in `attrs`. */
export type ExtraType = 'string' | 'number' | 'integer' | 'boolean' | 'array';

/** One kind of record: the table from which its program, its detection and its JSON Schema are made. */
export interface Format {
  /** Its encoding: `zeek.conn`, `nfdump`... */
  readonly name: string;
  readonly kind: Kind;
  readonly doc: string;
  /** Keys of each slot, the preferred first: if a record has several, the others go to `attrs`. */
  readonly fields: Readonly<Partial<Record<Slot, readonly string[]>>>;
  readonly extras: Readonly<Record<string, ExtraType>>;
  /** Keys that only this format has: one of them is enough to recognise it. */
  readonly marks: readonly string[];
  /** What the log says by being this log. */
  readonly app?: string;
  readonly proto?: number;
  /** A flow goes one way: a total without directions is what the source sent. */
  readonly oneWay?: boolean;
  /** The exporter writes time zero where it does not know the time. */
  readonly zeroTimeIsUnknown?: boolean;
}

/** Keys under which the time of a record is accepted in every format. */
export const TIME_KEYS = ['ts', 'time', '@timestamp'] as const;
