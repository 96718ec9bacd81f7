import type { EventBatch } from '../../model/batch.ts';

/** A field of a template as the wire gave it (RFC 3954 section 5.2, RFC 7011 section 3.2). */
export interface TemplateField {
  /** Field type (v9) or information element id (IPFIX), without the enterprise bit. */
  readonly id: number;
  /** Private enterprise number; 0 is IANA. RFC 5103: 29305 is the reverse direction of the IANA element `id`. */
  readonly pen: number;
  /** Bytes; {@link VARIABLE} where each record says. */
  readonly length: number;
}

export const VARIABLE = 65_535;
export const REVERSE_PEN = 29_305;

/** What a compiled template needs to know about the datagram and the exporter. Reused: one object, set once a datagram. */
export interface DecodeRun {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next record begins; moved by the decoder. */
  at: number;
  /** End of the data set. */
  end: number;
  receivedAt: number;
  /** The exporter's time of this datagram, microseconds since 1970. */
  exportTime: number;
  /**
   * v9: export time minus sysUptime, milliseconds since 1970: when the device started. IPFIX: systemInitTimeMilliseconds
   * (160) from options, NaN when not known.
   */
  bootTime: number;
  /** sysUptime of the header, milliseconds modulo 2^32; v9 only. */
  uptime: number;
  /** Rate for records that name no sampler; 1 is none. */
  samplingRate: number;
  /** Rate of a sampler (48) or selector (302), 0 when not known. */
  samplerRate(id: number): number;
  /** Whether a rate told by the record itself (34, 305 and 306, 309 and 310, 311) counts; false when overridden. */
  recordRates: boolean;
  /** Name of application `id` (95), empty when not known. `bytes[start..end)` is the raw value. */
  applicationName(bytes: Uint8Array, start: number, end: number): string;
  /**
   * Reads the packet of a sampled frame, `bytes[start..end)` from its Ethernet header on (315, 104), into `row`: addresses,
   * ports, protocol, type of service, flags, VLAN; and what the packet counts for, unsampled, into `bytes` and `packets`.
   * Answers whether it found a packet of IP; when it did not, it wrote nothing. It leaves `attrs` alone. Fields of the
   * record count more than what is read here. Templates that hold nothing but a frame make no row where this is absent.
   * @param frameLength bytes of the frame on the wire, of which the section may be only the beginning.
   */
  frame?(bytes: Uint8Array, start: number, end: number, frameLength: number, batch: EventBatch, row: number): boolean;
  /** Codes of `source` and `exporter` in the dictionaries of the batch being filled. */
  sourceCode: number;
  exporterCode: number;
}

/** A template made into code. */
export interface RecordDecoder {
  /** Bytes of a record; the least where it varies. At least 1. */
  readonly minLength: number;
  readonly variable: boolean;
  /**
   * Decodes records from `run.at` on into the rows from `batch.length` on, until less than a record is left or the
   * batch is full; moves `run.at` and `batch.length`. Answers the number of records read (a record may make no row, such
   * as one without addresses and counters, or two). Less than a record before the end is padding, left at `run.at`.
   * A variable record that points past the end of the set ends the set: the answer is negative, -1 - records.
   */
  decode(run: DecodeRun, batch: EventBatch): number;
}
