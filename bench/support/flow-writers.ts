import { encodeIpfix } from '../../demo/exporters/encode-ipfix.ts';
import { encodeNetflow9 } from '../../demo/exporters/encode-netflow9.ts';
import { buildFrame } from '../../demo/exporters/frame.ts';
import { dataTemplate, field, type Template } from '../../demo/exporters/template.ts';
import type { FlowProtocol } from '../../src/model/exporter.ts';
import type { FlowMix } from './flow-mix.ts';

/** Writes datagrams of one protocol, and counts what they hold. Faster than the encoders of the demo: no object a flow. */
export interface DatagramWriter {
  flows: number;
  flowBytes: number;
  flowPackets: number;
  /** Datagram number `index`, exported at `now` (milliseconds since 1970), at `at`. Answers where it ends. */
  write(view: DataView, at: number, mix: FlowMix, index: number, now: number): number;
}

/** Datagrams between two that carry the template. */
const TEMPLATE_EVERY = 500;
/** The device has run for a day when the load begins. */
const UPTIME = 86_400_000;

/** What a router of medium age exports: 18 fields, 57 bytes. */
export const ROUTER_TEMPLATE: Template = dataTemplate(
  256,
  'sourceIPv4Address',
  'destinationIPv4Address',
  'ipNextHopIPv4Address',
  'ingressInterface',
  'egressInterface',
  field('packetDeltaCount', 4),
  'octetDeltaCount',
  'flowStartSysUpTime',
  'flowEndSysUpTime',
  'sourceTransportPort',
  'destinationTransportPort',
  'tcpControlBits',
  'protocolIdentifier',
  'ipClassOfService',
  'bgpSourceAsNumber',
  'bgpDestinationAsNumber',
  'sourceIPv4PrefixLength',
  'destinationIPv4PrefixLength',
);

/** The same in IPFIX, with absolute times: 65 bytes. */
export const IPFIX_TEMPLATE: Template = {
  ...ROUTER_TEMPLATE,
  fields: ROUTER_TEMPLATE.fields.map((item) => {
    if (item.name === 'flowStartSysUpTime') return field('flowStartMilliseconds');
    return item.name === 'flowEndSysUpTime' ? field('flowEndMilliseconds') : item;
  }),
};

export function writerOf(protocol: FlowProtocol, from: number): DatagramWriter {
  const boot = from - UPTIME;
  if (protocol === 'netflow5') return new Netflow5Writer(boot);
  if (protocol === 'sflow') return new SflowWriter(boot);
  return protocol === 'netflow9' ? new Netflow9Writer(boot) : new IpfixWriter();
}

class Counting {
  flows = 0;
  flowBytes = 0;
  flowPackets = 0;

  count(bytes: number, packets: number): void {
    this.flows++;
    this.flowBytes += bytes;
    this.flowPackets += packets;
  }
}

class Netflow9Writer extends Counting implements DatagramWriter {
  readonly #boot: number;
  readonly #templateSet: Uint8Array;

  constructor(boot: number) {
    super();
    this.#boot = boot;
    this.#templateSet = encodeNetflow9({ sourceId: 0, sequence: 0, exportTime: 0, bootTime: 0 }, [
      { templates: [ROUTER_TEMPLATE] },
    ]).subarray(20);
  }

  write(view: DataView, at: number, mix: FlowMix, index: number, now: number): number {
    const withTemplate = index % TEMPLATE_EVERY === 0;
    const records = withTemplate ? 22 : 24;
    view.setUint16(at, 9);
    view.setUint16(at + 2, records + (withTemplate ? 1 : 0));
    view.setUint32(at + 4, now - this.#boot);
    view.setUint32(at + 8, now / 1000);
    view.setUint32(at + 12, index);
    view.setUint32(at + 16, 1);
    const set = withTemplate ? put(view, at + 20, this.#templateSet) : at + 20;
    let end = set + 4;
    const uptime = Math.trunc(now - this.#boot);
    for (let i = 0; i < records; i++) {
      mix.next();
      this.count(mix.bytes, mix.packets);
      end = writeStart(view, end, mix);
      view.setUint32(end, uptime - mix.age - mix.duration);
      view.setUint32(end + 4, uptime - mix.age);
      end = writeRest(view, end + 8, mix);
    }
    return closeSet(view, set, end, 4);
  }
}

class IpfixWriter extends Counting implements DatagramWriter {
  readonly #templateSet = encodeIpfix({ domain: 0, sequence: 0, exportTime: 0 }, [
    { templates: [IPFIX_TEMPLATE] },
  ]).subarray(16);

  write(view: DataView, at: number, mix: FlowMix, index: number, now: number): number {
    const withTemplate = index % TEMPLATE_EVERY === 0;
    const records = withTemplate ? 20 : 22;
    view.setUint16(at, 10);
    view.setUint32(at + 4, now / 1000);
    view.setUint32(at + 8, this.flows);
    view.setUint32(at + 12, 1);
    const set = withTemplate ? put(view, at + 16, this.#templateSet) : at + 16;
    let end = set + 4;
    const time = Math.trunc(now);
    for (let i = 0; i < records; i++) {
      mix.next();
      this.count(mix.bytes, mix.packets);
      end = writeStart(view, end, mix);
      end = writeU64(view, end, time - mix.age - mix.duration);
      end = writeU64(view, end, time - mix.age);
      end = writeRest(view, end, mix);
    }
    end = closeSet(view, set, end, 1);
    view.setUint16(at + 2, end - at);
    return end;
  }
}

/** Fields before the times, the same in v9 and IPFIX. */
function writeStart(view: DataView, at: number, mix: FlowMix): number {
  view.setUint32(at, mix.src);
  view.setUint32(at + 4, mix.dst);
  view.setUint32(at + 8, 0xc000_0201);
  view.setUint32(at + 12, mix.input);
  view.setUint32(at + 16, mix.output);
  view.setUint32(at + 20, mix.packets);
  return writeU64(view, at + 24, mix.bytes);
}

/** Fields behind the times. */
function writeRest(view: DataView, at: number, mix: FlowMix): number {
  view.setUint16(at, mix.srcPort);
  view.setUint16(at + 2, mix.dstPort);
  view.setUint8(at + 4, mix.tcpFlags);
  view.setUint8(at + 5, mix.proto);
  view.setUint8(at + 6, mix.tos);
  view.setUint32(at + 7, mix.srcAs);
  view.setUint32(at + 11, mix.dstAs);
  view.setUint8(at + 15, mix.srcMask);
  view.setUint8(at + 16, mix.dstMask);
  return at + 17;
}

/** Writes the header of the data set, and zeros up to a multiple of `boundary`. */
function closeSet(view: DataView, set: number, end: number, boundary: number): number {
  while ((end - set) % boundary !== 0) view.setUint8(end++, 0);
  view.setUint16(set, ROUTER_TEMPLATE.id);
  view.setUint16(set + 2, end - set);
  return end;
}

function writeU64(view: DataView, at: number, value: number): number {
  view.setUint32(at, value / 4_294_967_296);
  view.setUint32(at + 4, value % 4_294_967_296);
  return at + 8;
}

function put(view: DataView, at: number, bytes: Uint8Array): number {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(bytes, at);
  return at + bytes.length;
}

class Netflow5Writer extends Counting implements DatagramWriter {
  readonly #boot: number;

  constructor(boot: number) {
    super();
    this.#boot = boot;
  }

  write(view: DataView, at: number, mix: FlowMix, _index: number, now: number): number {
    const uptime = Math.trunc(now - this.#boot);
    view.setUint16(at, 5);
    view.setUint16(at + 2, 30);
    view.setUint32(at + 4, uptime);
    view.setUint32(at + 8, now / 1000);
    view.setUint32(at + 12, (now % 1000) * 1e6);
    view.setUint32(at + 16, this.flows);
    view.setUint32(at + 20, 0);
    for (let record = at + 24; record < at + 24 + 30 * 48; record += 48) {
      mix.next();
      const bytes = Math.min(mix.bytes, 0xffff_ffff);
      this.count(bytes, mix.packets);
      view.setUint32(record, mix.src);
      view.setUint32(record + 4, mix.dst);
      view.setUint32(record + 8, 0xc000_0201);
      view.setUint16(record + 12, mix.input);
      view.setUint16(record + 14, mix.output);
      view.setUint32(record + 16, mix.packets);
      view.setUint32(record + 20, bytes);
      view.setUint32(record + 24, uptime - mix.age - mix.duration);
      view.setUint32(record + 28, uptime - mix.age);
      view.setUint16(record + 32, mix.srcPort);
      view.setUint16(record + 34, mix.dstPort);
      view.setUint8(record + 36, 0);
      view.setUint8(record + 37, mix.tcpFlags);
      view.setUint8(record + 38, mix.proto);
      view.setUint8(record + 39, mix.tos);
      view.setUint16(record + 40, mix.srcAs);
      view.setUint16(record + 42, mix.dstAs);
      view.setUint8(record + 44, mix.srcMask);
      view.setUint8(record + 45, mix.dstMask);
      view.setUint16(record + 46, 0);
    }
    return at + 24 + 30 * 48;
  }
}

const SFLOW_RATE = 1_000;
const HEADER_BYTES = 128;

class SflowWriter extends Counting implements DatagramWriter {
  readonly #boot: number;
  /** One frame of 128 bytes each, over which addresses, ports and length are written. */
  readonly #tcp = buildFrame({ srcIp: '0.0.0.0', dstIp: '0.0.0.0', proto: 6, payload: 74, tcpFlags: 0x18 });
  readonly #udp = buildFrame({ srcIp: '0.0.0.0', dstIp: '0.0.0.0', proto: 17, payload: 86 });
  #pool = 0;

  constructor(boot: number) {
    super();
    this.#boot = boot;
  }

  write(view: DataView, at: number, mix: FlowMix, index: number, now: number): number {
    view.setUint32(at, 5);
    view.setUint32(at + 4, 1);
    view.setUint32(at + 8, 0xc000_0209);
    view.setUint32(at + 12, 0);
    view.setUint32(at + 16, index + 1);
    view.setUint32(at + 20, now - this.#boot);
    view.setUint32(at + 24, 7);
    let end = at + 28;
    for (let sample = 0; sample < 7; sample++) end = this.#sample(view, end, mix);
    return end;
  }

  #sample(view: DataView, at: number, mix: FlowMix): number {
    mix.next();
    const length = Math.min(1_500, Math.max(40, Math.ceil(mix.bytes / mix.packets)));
    this.count(length, 1);
    this.#pool += SFLOW_RATE;
    view.setUint32(at, 1);
    view.setUint32(at + 4, 32 + 8 + 16 + HEADER_BYTES);
    view.setUint32(at + 8, this.flows);
    view.setUint32(at + 12, mix.input);
    view.setUint32(at + 16, SFLOW_RATE);
    view.setUint32(at + 20, this.#pool);
    view.setUint32(at + 24, 0);
    view.setUint32(at + 28, mix.input);
    view.setUint32(at + 32, mix.output);
    view.setUint32(at + 36, 1);
    view.setUint32(at + 40, 1);
    view.setUint32(at + 44, 16 + HEADER_BYTES);
    view.setUint32(at + 48, 1);
    view.setUint32(at + 52, length + 18);
    view.setUint32(at + 56, 4);
    view.setUint32(at + 60, HEADER_BYTES);
    const frame = at + 64;
    put(view, frame, mix.proto === 6 ? this.#tcp : this.#udp);
    view.setUint8(frame + 15, mix.tos);
    view.setUint16(frame + 16, length);
    view.setUint32(frame + 26, mix.src);
    view.setUint32(frame + 30, mix.dst);
    view.setUint8(frame + 23, mix.proto);
    // ICMP begins with type and code, which the mix keeps in the port of destination.
    view.setUint16(frame + 34, mix.proto === 1 ? mix.dstPort : mix.srcPort);
    view.setUint16(frame + 36, mix.dstPort);
    return frame + HEADER_BYTES;
  }
}
