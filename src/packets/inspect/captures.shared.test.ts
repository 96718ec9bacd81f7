import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HAVE_TSHARK, tsharkFields } from './fixtures/tshark.ts';
import { PayloadInspector } from './payload-inspector.ts';

/** Captures published by others; the test is skipped where they, or tshark, are not at hand. */
const FOLDER = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data/packets');
const ORACLE = join(FOLDER, 'ORACLE.tsv');
const READY = existsSync(ORACLE) && HAVE_TSHARK;

const TCP = 6;
const UDP = 17;
const FIELDS = ['tcp.stream', 'udp.stream', 'ip.src', 'ipv6.src', 'tcp.srcport', 'udp.srcport', 'tcp.dstport'].concat(
  ['udp.dstport', 'tcp.seq_raw', 'tcp.payload', 'udp.payload', 'frame.time_epoch', 'dns.qry.name'],
  ['tls.handshake.extensions_server_name', 'tls.handshake.ja3', 'http.host', 'ssh.protocol', 'frame.cap_len'],
);

/** What is found of each kind, as `kind value`. */
type Found = Set<string>;

interface Stream {
  readonly slot: number;
  readonly source: string;
  readonly port: number;
  /** Next byte expected of the client and of the server. */
  readonly next: [number, number];
  readonly over: Set<boolean>;
}

/** One capture, by tshark and by us, from the payloads that tshark has found. */
function compare(file: string): { theirs: Found; ours: Found } {
  const theirs: Found = new Set();
  const ours: Found = new Set();
  const streams = new Map<string, Stream>();
  const inspector = new PayloadInspector({
    // Answers of mDNS have no question: there is a name of ours only.
    onDns: (_slot, { protocol, sent, query }) => (protocol !== 'mdns' || sent > 0) && ours.add(`dns ${query}`),
  });
  for (const row of tsharkFields(file, FIELDS, ['-E', 'occurrence=a', '-E', 'aggregator=|'])) {
    const cells = (name: string) => (row[FIELDS.indexOf(name)] ?? '').split('|');
    // Of several layers the innermost; of several questions in one message the first.
    const cell = (name: string) => cells(name).at(-1) ?? '';
    const note = (kind: string, name: string) => cell(name) && theirs.add(`${kind} ${cell(name)}`);
    const [question] = cells('dns.qry.name');
    if (question) theirs.add(`dns ${question}`);
    note('tls', 'tls.handshake.extensions_server_name');
    note('ja3', 'tls.handshake.ja3');
    // SSDP looks like HTTP, over UDP.
    if (cell('http.host') && cell('tcp.payload'))
      theirs.add(`http ${cell('http.host').replace(/:\d+$/, '').toLowerCase()}`);
    note('ssh', 'ssh.protocol');
    const proto = cell('tcp.payload') ? TCP : UDP;
    const kind = proto === TCP ? 'tcp' : 'udp';
    const payload = Buffer.from(cell(`${kind}.payload`).replaceAll(':', ''), 'hex');
    if (payload.length === 0) continue;
    const source = `${cell('ip.src')} ${cell('ipv6.src')} ${cell(`${kind}.srcport`)}`;
    const key = `${kind} ${cell(`${kind}.stream`)}`;
    const stream = streams.get(key) ?? open(streams.size, source, Number(cell(`${kind}.dstport`)));
    streams.set(key, stream);
    show(
      inspector,
      stream,
      proto,
      source,
      Number(cell('tcp.seq_raw')),
      payload,
      Number(cell('frame.time_epoch')) * 1e6,
    );
  }
  for (const { slot } of streams.values()) {
    const { service, attrs } = inspector.application(slot);
    for (const [kind, name] of [
      ['tls', 'server_name'],
      ['ja3', 'ja3'],
      ['http', 'host'],
    ]) {
      if (attrs[name] !== undefined) ours.add(`${kind} ${String(attrs[name])}`);
    }
    if (service === 'ssh')
      for (const name of ['client', 'server']) if (attrs[name]) ours.add(`ssh ${String(attrs[name])}`);
    inspector.close(slot);
  }
  return { theirs, ours };
}

function open(slot: number, source: string, port: number): Stream {
  return { slot, source, port, next: [-1, -1], over: new Set() };
}

/** Shows a payload, without what was sent before. */
function show(
  inspector: PayloadInspector,
  stream: Stream,
  proto: number,
  source: string,
  seq: number,
  payload: Uint8Array,
  time: number,
): void {
  const fromOrig = source === stream.source;
  if (stream.over.has(fromOrig)) return;
  const side = fromOrig ? 0 : 1;
  let start = 0;
  if (proto === TCP) {
    if (stream.next[side] >= 0) start = Math.max(0, stream.next[side] - seq);
    if (start >= payload.length) return;
    stream.next[side] = seq + payload.length;
  }
  const goesOn = inspector.payload(stream.slot, proto, stream.port, fromOrig, payload, start, payload.length, time);
  if (!goesOn) stream.over.add(fromOrig);
}

describe.skipIf(!READY)('captures published by others', () => {
  it('hold the names and fingerprints that tshark finds', { timeout: 300_000 }, () => {
    const [header, ...lines] = readFileSync(ORACLE, 'utf8').trimEnd().split('\n');
    const title = (name: string) => header.split('\t').indexOf(name);
    const rows = lines.map((line) => line.split('\t'));
    const files = rows
      .filter((row) => row[title('tshark_rc')] === '0')
      .map((row) => row[title('file')])
      .filter((file) => /^zeek-traces|^libpcap.filter|backscatter/.test(file));
    const counts: Record<string, number> = {};
    const differences: string[] = [];
    for (const file of files) {
      const { theirs, ours } = compare(join(FOLDER, file));
      for (const what of theirs) {
        const kind = what.split(' ')[0];
        counts[kind] = (counts[kind] ?? 0) + 1;
        if (!ours.has(what)) differences.push(`${file}: tshark alone has ${what}`);
      }
      for (const what of ours) if (!theirs.has(what)) differences.push(`${file}: we alone have ${what}`);
    }
    expect(differences).toEqual([]);
    expect(counts).toEqual({ dns: 22, http: 8, ja3: 2, ssh: 2, tls: 2 });
  });
});
