import type { EventBatch } from '../src/model/batch.ts';
import { Dictionary } from '../src/model/dictionary.ts';
import { DIRECTIONS, KINDS, SCOPES } from '../src/model/kinds.ts';

/** A seeded stream of numbers in [0, 1): mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const SERVERS = 150_000;
const CLIENTS = 50_000;
const DAY = 86_400_000_000;
const COUNTRIES = ['US', 'DE', 'FR', 'CN', 'NL', 'GB', 'JP', 'BR', 'IN', 'RU', 'SE', 'PL', 'IT', 'ES', 'KR'];
const PORTS = [443, 80, 53, 22, 25, 123, 993, 3389, 8080, 445];
const REASONS = ['', 'port.remote:10', 'intel.scanner:40', 'intel.c2:60,port.remote:10', 'geo.rare:15'];

function dictionaryOf(strings: readonly string[]): Dictionary {
  const dictionary = new Dictionary();
  for (const text of strings) dictionary.intern(text);
  return dictionary;
}

/**
 * Enriched traffic of one day, the same for the same seed: 200,000 addresses of skewed popularity, 4 exporters, 3,000
 * organisations, one event in fifty a DNS look-up with a name and attributes. Rows come in order of time.
 */
export class SeededTraffic {
  readonly #random: () => number;
  readonly #step: number;
  #time: number;
  readonly #countries = dictionaryOf(COUNTRIES);
  readonly #cities = dictionaryOf(Array.from({ length: 800 }, (_, i) => `Stadt-${i} Ü`));
  readonly #orgs = dictionaryOf(Array.from({ length: 3000 }, (_, i) => `Example Network ${i} Ltd.`));
  readonly #reasons = dictionaryOf(REASONS);
  readonly #categories = dictionaryOf(['c2', 'scanner']);

  /** @param rows how many rows the day has in all. @param end microseconds since 1970, the end of the day. */
  constructor(seed: number, rows: number, end: number) {
    this.#random = random(seed);
    this.#step = DAY / rows;
    this.#time = end - DAY;
  }

  /** Fills the whole batch. */
  fill(batch: EventBatch): void {
    const c = batch.columns;
    const next = this.#random;
    c.src_country.dictionary = this.#countries;
    c.dst_country.dictionary = this.#countries;
    c.dst_city.dictionary = this.#cities;
    c.src_org.dictionary = this.#orgs;
    c.dst_org.dictionary = this.#orgs;
    c.risk_reasons.dictionary = this.#reasons;
    c.threat_category.dictionary = this.#categories;
    for (let row = 0; row < batch.capacity; row++) {
      this.#time += this.#step;
      // Skew: the cube of an even number, so that the first percent of the addresses has a fifth of the traffic.
      const client = Math.floor(next() ** 3 * CLIENTS);
      const server = Math.floor(next() ** 3 * SERVERS);
      const outward = next() < 0.8;
      c.ts[row] = Math.floor(this.#time - next() * 2_000_000);
      c.received[row] = Math.floor(this.#time);
      (outward ? c.src_ip : c.dst_ip).setV4(row, 0x0a000000 + client);
      (outward ? c.dst_ip : c.src_ip).setV4(row, (0x20000000 + Math.imul(server, 2654435761)) >>> 0);
      c.src_port[row] = 1024 + Math.floor(next() * 60_000);
      c.dst_port[row] = next() < 0.9 ? PORTS[Math.floor(next() ** 2 * PORTS.length)] : Math.floor(next() * 65_536);
      c.proto[row] = next() < 0.8 ? 6 : 17;
      c.src_packets[row] = 1 + Math.floor(1 / (0.01 + next()));
      c.dst_packets[row] = Math.floor(1 / (0.01 + next()));
      c.src_bytes[row] = c.src_packets[row] * (40 + Math.floor(next() * 1400));
      c.dst_bytes[row] = c.dst_packets[row] * (40 + Math.floor(next() * 1400));
      c.bytes[row] = c.src_bytes[row] + c.dst_bytes[row];
      c.packets[row] = c.src_packets[row] + c.dst_packets[row];
      c.duration[row] = Math.floor(next() * 1e6) / 1e5;
      c.tcp_flags[row] = next() < 0.7 ? 0x1b : 0x02;
      c.direction[row] = outward ? DIRECTIONS.outbound : DIRECTIONS.inbound;
      c.exporter.set(row, `198.51.100.${1 + (client & 3)}`);
      c.source.set(row, 'udp:2055');
      const remote = server % 3000;
      c.src_scope[row] = outward ? SCOPES.private : SCOPES.global;
      c.dst_scope[row] = outward ? SCOPES.global : SCOPES.private;
      if (outward) {
        c.dst_country.codes[row] = 1 + (server % COUNTRIES.length);
        c.dst_city.codes[row] = 1 + (server % 800);
        c.dst_asn[row] = 64_496 + remote;
        c.dst_org.codes[row] = 1 + remote;
        c.dst_lat[row] = (server % 180) - 90;
        c.dst_lon[row] = (server % 360) - 180;
      } else {
        c.src_country.codes[row] = 1 + (server % COUNTRIES.length);
        c.src_asn[row] = 64_496 + remote;
        c.src_org.codes[row] = 1 + remote;
      }
      const dns = next() < 0.02;
      c.kind[row] = dns ? KINDS.dns : KINDS.flow;
      if (dns) {
        c.domain.set(row, `host-${server % 5000}.example`);
        c.attrs.set(row, `{"qtype":"A","rcode":"NOERROR","answers":${server % 7}}`);
      }
      const threat = server % 500 === 7;
      if (threat) {
        c.threat_count[row] = 1;
        c.threat_category.codes[row] = 1 + (server & 1);
        c.threat_confidence[row] = 80;
        c.threat_indicator.set(row, 'indicator.example');
        c.threat_matches.set(row, '[{"indicator":"indicator.example","category":"c2","confidence":80}]');
      }
      c.risk[row] = threat ? 70 : next() < 0.1 ? 10 : 0;
      c.risk_reasons.codes[row] = threat ? 4 : c.risk[row] > 0 ? 2 : 1;
    }
    batch.length = batch.capacity;
  }
}
