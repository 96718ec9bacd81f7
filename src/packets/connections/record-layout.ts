/**
 * How a connection lies in memory: 114 words of 32 bits, so that one packet touches a few neighbouring cache lines instead
 * of one line for each of fifty columns. First what belongs to both sides, then the originator's part, then the
 * responder's. Offsets are in words; numbers named `*_AT` hold doubles, two words each, at even offsets.
 */
export const RECORD = 114;
export const SIDE = 32;
export const ORIG = 50;
export const RESP = ORIG + SIDE;

/** Addresses of both sides, four words each in network order; an IPv4 address takes the first and leaves zeros. */
export const ORIG_ADDRESS = 0;
export const RESP_ADDRESS = 4;
/** Port of the originator in the upper half, of the responder in the lower one. */
export const PORTS = 8;
/** Protocol, family and, where it tells connections apart, VLAN: see `packet-key.ts`. */
export const TAG = 9;
export const HASH = 10;
/** Bits of {@link CONN_BITS}. */
export const BITS = 11;
/** Header problems since the last observation. */
export const PROBLEMS_SEEN = 12;
export const VLAN = 13;
export const TUNNEL_KINDS = 14;
export const TUNNEL_ID = 15;
/** Microseconds as floats; NaN when not measured. */
export const HANDSHAKE_SERVER = 16;
export const HANDSHAKE_CLIENT = 17;
/** Round trip samples since the last observation: chain of nodes, how many are in it, how many there were, 2^n thinned. */
export const RTT_CHAIN = 18;
export const RTT_KEPT = 19;
export const RTT_OFFERED = 20;
export const RTT_THINNING = 21;
/** 24 bytes: a count, and up to 23 letters. */
export const HISTORY = 22;
/** What the counters were at the last observation. */
export const OLD_ORIG_PACKETS = 28;
export const OLD_RESP_PACKETS = 29;
export const OLD_DATA = 30;
export const OLD_RETRANSMITTED = 31;
export const OLD_REORDERED = 32;
export const OLD_DUPLICATES = 33;
/** Of {@link OLD_RETRANSMITTED}, those of the originator; and the lower 32 bits of what was missed. */
export const OLD_ORIG_RETRANSMITTED = 34;
export const OLD_MISSED = 35;
export const START_AT = 36;
export const END_AT = 38;
export const ID_AT = 40;
export const OLD_ORIG_BYTES_AT = 42;
export const OLD_RESP_BYTES_AT = 44;
/** When it was last put at the end of the list that it expires in. */
export const QUEUED_AT = 46;
/** Sequence number of the last reset of each side, so that the next one is known for another. */
export const ORIG_RESET = 48;
export const RESP_RESET = 49;

/** Offsets within a side. */
export const IP_BYTES_AT = 0;
export const PAYLOAD_AT = 2;
export const MISSED_AT = 4;
/** Microseconds. */
export const RTT_SUM_AT = 6;
export const PACKETS = 8;
export const DATA = 9;
/** Data sent again; SYN and FIN sent again. */
export const RETRANSMITTED = 10;
export const REPEATED_CONTROL = 11;
export const REORDERED = 12;
export const DUPLICATE_ACKS = 13;
export const ZERO_WINDOWS = 14;
/** One past the highest sequence number seen, and the lowest one. */
export const NEXT = 15;
export const LOWEST = 16;
/** The highest acknowledgement that this side sent, and the window that came with its last segment. */
export const ACKED = 17;
/** Bits of {@link SIDE_BITS}, with the state of the endpoint and the flags seen. */
export const SIDE_STATUS = 18;
export const WINDOW = 19;
export const RTT_SAMPLES = 20;
/** Segments in flight, oldest first: chain of nodes. */
export const FLIGHT_HEAD = 21;
export const FLIGHT_TAIL = 22;
export const FLIGHT_COUNT = 23;
/** Ranges that were passed over, lowest first: chain of nodes. */
export const HOLE_HEAD = 24;
export const HOLE_COUNT = 25;
export const ISN = 26;
/** A segment far away from all others, believed when the next one goes on from there. */
export const STRAY_SEQ = 27;
export const STRAY_END = 28;
/** Microseconds as floats. */
export const RTT_MIN = 29;
export const RTT_MAX = 30;
export const SRTT = 31;

export const CONN_BITS = {
  /** The first packet came from the responder. */
  flipped: 1,
  /** It was observed before. */
  observed: 2,
  /** It has left the table and waits to be observed. */
  gone: 4,
  /** SYN or SYN/ACK came twice: the handshake tells no round trip. */
  repeatedHandshake: 8,
  /** The inspector does not want to see more of the originator, the responder. */
  inspectedOrig: 16,
  inspectedResp: 32,
  /** ICMP that is not answered by its nature, such as "unreachable". */
  oneWay: 64,
  /** In the list of what the next observation has to tell. */
  active: 128,
} as const;

/** Bits 10..11 of {@link BITS}: the list that the connection expires in. Bits 12..15: how many poll times have passed. */
export const LIST_SHIFT = 10;
export const POLL_SHIFT = 12;

export const SIDE_BITS = {
  /** {@link NEXT} is known; {@link ACKED} is known. */
  hasNext: 1 << 16,
  hasAck: 1 << 17,
  /** Its SYN was seen, so that nothing can lie below {@link LOWEST}. */
  syn: 1 << 18,
  fin: 1 << 19,
  stray: 1 << 20,
} as const;

/** {@link SIDE_STATUS}: TCP flags in bits 0..7, state of the endpoint in 8..10, letters already in the history in 24..31. */
export const STATE_SHIFT = 8;
export const LETTER_SHIFT = 24;

/** Records side by side, with the views that they are read through. */
export interface Page {
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly bytes: Uint8Array;
}

const PAGE_SHIFT = 13;
const PAGE_MASK = (1 << PAGE_SHIFT) - 1;

/** Memory for connections, by slot. It grows page by page, so that growing copies nothing. */
export class RecordPages {
  readonly #pages: Page[] = [];

  get slots(): number {
    return this.#pages.length << PAGE_SHIFT;
  }

  grow(): void {
    const memory = new ArrayBuffer((RECORD * 4) << PAGE_SHIFT);
    this.#pages.push({
      ints: new Int32Array(memory),
      floats: new Float32Array(memory),
      doubles: new Float64Array(memory),
      bytes: new Uint8Array(memory),
    });
  }

  page(slot: number): Page {
    return this.#pages[slot >> PAGE_SHIFT];
  }

  /** Where in its page the record begins, in words. */
  at(slot: number): number {
    return (slot & PAGE_MASK) * RECORD;
  }
}
