import { ByteWriter } from './byte-writer.ts';

export interface SflowHeader {
  /** Address of the agent, IPv4 or IPv6: this, not the sender's, is who exports. */
  readonly agent: string;
  readonly subAgent?: number;
  /** Datagrams of this sub-agent sent before this one, and this one. */
  readonly sequence: number;
  /** Milliseconds since the agent started. */
  readonly uptime: number;
}

/** Who took the sample: class 0 is an interface by ifIndex, 1 a VLAN, 2 a physical entity. */
export interface SflowSource {
  readonly type?: number;
  readonly index: number;
}

/** A sampled packet. */
export interface FlowSample {
  readonly kind: 'flow';
  readonly sequence: number;
  readonly source: SflowSource;
  readonly rate: number;
  /** Packets that could have been sampled so far. */
  readonly pool: number;
  /** Samples lost inside the agent so far. */
  readonly drops?: number;
  /** ifIndex; 0 when not known. */
  readonly input: number;
  readonly output: number;
  readonly records: readonly FlowRecordData[];
  /** As flow_sample_expanded, with 32 bits for each index. */
  readonly expanded?: boolean;
}

export type FlowRecordData =
  | {
      readonly kind: 'header';
      /** 1 Ethernet, 11 IPv4, 12 IPv6. */
      readonly protocol?: number;
      /** Length of the frame on the wire, before it was cut. */
      readonly frameLength: number;
      /** Bytes taken off the end: 4 when the frame check sequence counts in `frameLength` but is not in `header`. */
      readonly stripped?: number;
      readonly header: Uint8Array;
    }
  | { readonly kind: 'switch'; readonly srcVlan: number; readonly dstVlan: number }
  | { readonly kind: 'router'; readonly nextHop: string; readonly srcMask: number; readonly dstMask: number }
  | { readonly kind: 'nat'; readonly srcIp: string; readonly dstIp: string };

export interface CounterSample {
  readonly kind: 'counters';
  readonly sequence: number;
  readonly source: SflowSource;
  readonly interface: InterfaceReading;
  readonly expanded?: boolean;
}

/** The generic interface counters; totals since the agent started. */
export interface InterfaceReading {
  readonly index: number;
  /** Bits a second. */
  readonly speed: number;
  readonly up: boolean;
  readonly inOctets: number;
  readonly inPackets: number;
  readonly inErrors?: number;
  readonly inDiscards?: number;
  readonly outOctets: number;
  readonly outPackets: number;
  readonly outErrors?: number;
  readonly outDiscards?: number;
}

const ETHERNET_CSMACD = 6;
const FULL_DUPLEX = 1;
const UNKNOWN = 0xffff_ffff;

/** An sFlow version 5 datagram ("sFlow Version 5", sflow.org): XDR, everything a multiple of four bytes. */
export function encodeSflow(header: SflowHeader, samples: readonly (FlowSample | CounterSample)[]): Buffer {
  const out = new ByteWriter();
  out.u32(5);
  writeAddress(out, header.agent);
  out.u32(header.subAgent ?? 0);
  out.u32(header.sequence);
  out.u32(header.uptime);
  out.u32(samples.length);
  for (const sample of samples) {
    if (sample.kind === 'flow') structure(out, sample.expanded ? 3 : 1, () => writeFlowSample(out, sample));
    else structure(out, sample.expanded ? 4 : 2, () => writeCounterSample(out, sample));
  }
  return out.done();
}

/** Format (enterprise 0), length, body. */
function structure(out: ByteWriter, format: number, body: () => void): void {
  out.u32(format);
  out.u32(0);
  const start = out.length;
  body();
  out.patchU32(start - 4, out.length - start);
}

function writeFlowSample(out: ByteWriter, sample: FlowSample): void {
  out.u32(sample.sequence);
  writeSource(out, sample.source, sample.expanded);
  out.u32(sample.rate);
  out.u32(sample.pool);
  out.u32(sample.drops ?? 0);
  for (const index of [sample.input, sample.output]) {
    // Expanded: the format (0, an ifIndex) has a number of its own; compact: it is the top two bits.
    if (sample.expanded) out.u32(0);
    out.u32(index);
  }
  out.u32(sample.records.length);
  for (const record of sample.records) writeFlowRecord(out, record);
}

function writeFlowRecord(out: ByteWriter, record: FlowRecordData): void {
  if (record.kind === 'header')
    structure(out, 1, () => {
      out.u32(record.protocol ?? 1);
      out.u32(record.frameLength);
      out.u32(record.stripped ?? 0);
      out.u32(record.header.length);
      const start = out.length;
      out.bytes(record.header);
      out.align(4, start);
    });
  else if (record.kind === 'switch')
    structure(out, 1001, () => {
      for (const value of [record.srcVlan, 0, record.dstVlan, 0]) out.u32(value);
    });
  else if (record.kind === 'router')
    structure(out, 1002, () => {
      writeAddress(out, record.nextHop);
      out.u32(record.srcMask);
      out.u32(record.dstMask);
    });
  else
    structure(out, 1007, () => {
      writeAddress(out, record.srcIp);
      writeAddress(out, record.dstIp);
    });
}

function writeCounterSample(out: ByteWriter, sample: CounterSample): void {
  out.u32(sample.sequence);
  writeSource(out, sample.source, sample.expanded);
  out.u32(1);
  structure(out, 1, () => writeInterface(out, sample.interface));
}

function writeInterface(out: ByteWriter, reading: InterfaceReading): void {
  out.u32(reading.index);
  out.u32(ETHERNET_CSMACD);
  out.u64(reading.speed);
  out.u32(FULL_DUPLEX);
  // Bit 0: administratively up, bit 1: operationally up.
  out.u32(reading.up ? 3 : 1);
  out.u64(reading.inOctets);
  for (const value of [reading.inPackets, 0, 0, reading.inDiscards ?? 0, reading.inErrors ?? 0, UNKNOWN])
    out.u32(value);
  out.u64(reading.outOctets);
  for (const value of [reading.outPackets, 0, 0, reading.outDiscards ?? 0, reading.outErrors ?? 0, 0]) out.u32(value);
}

function writeSource(out: ByteWriter, { type = 0, index }: SflowSource, expanded = false): void {
  if (expanded) {
    out.u32(type);
    out.u32(index);
  } else out.u32(type * 2 ** 24 + index);
}

/** Type (1 IPv4, 2 IPv6), then the address. */
function writeAddress(out: ByteWriter, address: string): void {
  out.u32(address.includes(':') ? 2 : 1);
  out.address(address);
}
