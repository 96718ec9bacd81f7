import type { Datagram } from '../src/decoders/flow/datagram.ts';
import { Exporter } from '../src/decoders/flow/exporter.ts';
import { ethernet, ip4, tcp } from '../src/decoders/flow/fixtures/frames.ts';
import { datagramOf, extendedSwitch, flowSample, header } from '../src/decoders/flow/fixtures/sflow-datagram.ts';
import { DEFAULT_FLOW_OPTIONS } from '../src/decoders/flow/flow-options.ts';
import type { FlowSink } from '../src/decoders/flow/flow-sink.ts';
import { SflowDecoder } from '../src/decoders/flow/sflow.ts';
import { EventBatch } from '../src/model/batch.ts';

/**
 * Flow samples of sFlow from datagrams into columns, attributes included: seven samples a datagram as switches send them,
 * each with the first 128 bytes of an Ethernet frame (IPv4, TCP) and its VLANs. One batch is filled a round; emptying it
 * is not counted. Time of the processor, so that neighbours on the machine count less.
 */

const SAMPLES = 7;
const DATAGRAMS = 2900;
const ROUNDS = 150;

/** A linear congruential generator: the same datagrams in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function sampleOf(random: (below: number) => number, sequence: number): Uint8Array {
  const payload = new Uint8Array(100 + random(1360));
  const segment = tcp(1024 + random(60_000), [443, 80, 22, 8443][random(4)], 0x10, payload);
  const addresses = { source: `10.0.${random(256)}.${random(256)}`, destination: `198.51.100.${random(256)}` };
  const frame = ethernet(0x0800, ip4(6, segment, { ...addresses, ttl: 64 - random(10) }));
  const vlan = 100 + random(8);
  const source = 1 + random(48);
  return flowSample([header(frame), extendedSwitch(vlan, 0, vlan, 0)], {
    sequence,
    source,
    rate: 2048,
    pool: sequence * 2048,
    input: source,
    output: 1 + random(48),
  });
}

function datagrams(): Datagram[] {
  const random = seeded(7);
  const payloads = Array.from({ length: DATAGRAMS }, (_, i) =>
    datagramOf(
      Array.from({ length: SAMPLES }, (_, k) => sampleOf(random, i * SAMPLES + k)),
      { sequence: i },
    ),
  );
  const bytes = new Uint8Array(payloads.reduce((size, payload) => size + payload.length, 0));
  const view = new DataView(bytes.buffer);
  let start = 0;
  return payloads.map((payload) => {
    bytes.set(payload, start);
    const end = start + payload.length;
    const datagram = { bytes, view, start, end, receivedAt: 1.7e15, port: 50_000, source: 'udp:6343' };
    start = end;
    return datagram;
  });
}

class CountingSink implements FlowSink {
  readonly batch = new EventBatch(20_480);
  rejected = 0;

  full(): void {
    this.batch.reset();
  }

  reject(): void {
    this.rejected++;
  }
}

const input = datagrams();
const sink = new CountingSink();
const decoder = new SflowDecoder(DEFAULT_FLOW_OPTIONS);
const exporter = new Exporter('203.0.113.9');
const times: number[] = [];
let attrs = 0;
for (let round = 0; round < ROUNDS; round++) {
  const began = process.cpuUsage();
  for (const datagram of input) decoder.decode(datagram, exporter, sink);
  const { user, system } = process.cpuUsage(began);
  times.push((user + system) / 1e6);
  if (sink.rejected > 0 || sink.batch.length !== DATAGRAMS * SAMPLES) throw new Error('not every sample was taken');
  attrs = sink.batch.columns.attrs.offsets[sink.batch.length] / sink.batch.length;
  sink.batch.reset();
}
times.sort((a, b) => a - b);
const rate = (time: number) => ((DATAGRAMS * SAMPLES) / time / 1e6).toFixed(2);
console.log('decode-sflow: million flow samples a CPU-second into columns, one thread,', ROUNDS, 'rounds');
console.log(
  `best ${rate(times[0])}   median ${rate(times[ROUNDS >> 1])}   ${Math.round(attrs)} bytes of attributes a sample`,
);
