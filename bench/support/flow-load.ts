import { readFileSync, writeFileSync } from 'node:fs';
import type { FlowProtocol } from '../../src/model/exporter.ts';
import { FlowMix } from './flow-mix.ts';
import { writerOf } from './flow-writers.ts';

export interface FlowLoadOptions {
  readonly protocol: FlowProtocol;
  readonly datagrams: number;
  readonly seed?: number;
  readonly hosts?: number;
  readonly servers?: number;
  /** Export time of the first datagram, milliseconds since 1970. */
  readonly from?: number;
  /** How fast time goes on from datagram to datagram. */
  readonly flowsPerSecond?: number;
}

/** Datagrams, each behind its length in 32 bits, big-endian, as in the file. */
export interface FlowLoad {
  readonly bytes: Buffer;
  /** Where each datagram begins in `bytes` (behind its length), and one more: where one behind the last would begin. */
  readonly offsets: Uint32Array;
  /** Flow records, sFlow: flow samples. */
  readonly flows: number;
  /** Sums over all flows as the wire tells them; sFlow: of the sampled IP packets, not multiplied by the rate. */
  readonly flowBytes: number;
  readonly flowPackets: number;
}

/** Bytes of length before each datagram. */
export const LENGTH_BYTES = 4;
/** No datagram is longer: none needs fragments. */
const MOST = 1_472;
const FROM = 1_760_000_000_000;

/** A large load, the same for the same options: NetFlow v9 and IPFIX repeat their template every 500 datagrams. */
export function makeFlowLoad(options: FlowLoadOptions): FlowLoad {
  const { datagrams, from = FROM, flowsPerSecond = 100_000, seed = 1, hosts = 200_000, servers = 4_000 } = options;
  const mix = new FlowMix({ seed, hosts, servers });
  const writer = writerOf(options.protocol, from);
  const bytes = Buffer.allocUnsafe(datagrams * (LENGTH_BYTES + MOST));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const offsets = new Uint32Array(datagrams + 1);
  let at = LENGTH_BYTES;
  for (let datagram = 0; datagram < datagrams; datagram++) {
    offsets[datagram] = at;
    const now = from + (writer.flows * 1000) / flowsPerSecond;
    const end = writer.write(view, at, mix, datagram, now);
    view.setUint32(at - LENGTH_BYTES, end - at);
    at = end + LENGTH_BYTES;
  }
  offsets[datagrams] = at;
  const { flows, flowBytes, flowPackets } = writer;
  return { bytes: bytes.subarray(0, at - LENGTH_BYTES), offsets, flows, flowBytes, flowPackets };
}

/** Bytes of datagram `index`, over the memory of the load. */
export function datagramOf(load: Pick<FlowLoad, 'bytes' | 'offsets'>, index: number): Buffer {
  return load.bytes.subarray(load.offsets[index], load.offsets[index + 1] - LENGTH_BYTES);
}

/** The load as a file: repeated length (32 bits, big-endian) and datagram. */
export function writeFlowLoad(path: string, load: Pick<FlowLoad, 'bytes'>): void {
  writeFileSync(path, load.bytes);
}

/** A file of {@link writeFlowLoad}, with its index. */
export function readFlowLoad(path: string): Pick<FlowLoad, 'bytes' | 'offsets'> {
  const bytes = readFileSync(path);
  const offsets: number[] = [];
  let at = LENGTH_BYTES;
  while (at <= bytes.length) {
    offsets.push(at);
    at += bytes.readUInt32BE(at - LENGTH_BYTES) + LENGTH_BYTES;
  }
  offsets.push(at);
  return { bytes, offsets: Uint32Array.from(offsets) };
}
