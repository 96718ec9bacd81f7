import { formatIp, formatV4 } from '../model/address.ts';
import { V4Table, V6Table } from './address-tables.ts';
import { DomainTable } from './domain-table.ts';
import { type IndicatorRecords, type Label, labelOf, NONE } from './indicator-records.ts';
import { bytesOfDomain, ParsedValue, parseValue } from './indicator-value.ts';
import type { MatchIndicator } from './matcher.ts';
import { NetworkTable } from './network-table.ts';
import type { Pace } from './pace.ts';

/** The field of an event that matched, or `value` in a look-up. */
export type MatchField = 'src_ip' | 'dst_ip' | 'domain' | 'value';

/** An indicator that covers a value. */
export interface Found {
  /** Canonical; never with anything that JSON escapes. */
  readonly value: string;
  readonly label: Label;
  readonly confidence: number;
  readonly field: MatchField;
  /** How narrow it is, to rank by: {@link EXACT} for the value itself, else bits of the network or labels of the parent. */
  readonly specificity: number;
}

/** Rank of an indicator that names the very value, above every network and parent domain. */
export const EXACT = 1_000;
/** A parent domain ranks by its labels, above every network. */
const PARENT = 500;

const CATEGORY_LENGTH = 64;
const SOURCE_LENGTH = 128;
const LABELS = 65_535;
const BAD_CONFIDENCE = 'has a confidence that is no number from 0 to 100';
const TOO_MANY_LABELS = `is of the ${LABELS + 1}th combination of category and source`;

/** What one list, feed or person holds, as tables. Filled by {@link add}, then {@link seal}ed and never changed. */
export class IndicatorSet {
  readonly v4 = new V4Table();
  readonly v6 = new V6Table();
  readonly networks4 = new NetworkTable(1);
  readonly networks6 = new NetworkTable(4);
  readonly domains = new DomainTable();
  readonly #labels: Label[] = [];
  readonly #labelNumbers = new Map<string, number>();
  readonly #parsed = new ParsedValue();
  readonly #words = new Uint32Array(this.#parsed.bytes.buffer);
  readonly #key = new Uint32Array(4);

  /** Indicators added so far. */
  get length(): number {
    const tables = [this.v4, this.v6, this.networks4, this.networks6, this.domains];
    return tables.reduce((sum, table) => sum + table.records.length, 0);
  }

  /** @returns undefined, or why the indicator is refused, as the end of a sentence about it. */
  add(indicator: MatchIndicator): string | undefined {
    const confidence = Math.round(indicator.confidence);
    if (!(confidence >= 0 && confidence <= 100)) return BAD_CONFIDENCE;
    const refusal = parseValue(indicator.value, this.#parsed);
    if (refusal !== undefined) return refusal;
    const label = this.#label(indicator.category.slice(0, CATEGORY_LENGTH), indicator.source.slice(0, SOURCE_LENGTH));
    if (label === undefined) return TOO_MANY_LABELS;
    this.#store(label, confidence);
    return undefined;
  }

  async seal(pace: Pace): Promise<void> {
    await this.v4.seal(pace);
    await this.v6.seal(pace);
    await this.networks4.seal(pace);
    await this.networks6.seal(pace);
    await this.domains.seal(pace);
    this.#labelNumbers.clear();
  }

  coversV4(address: number): boolean {
    return this.v4.find(address) !== NONE || this.networks4.findV4(address) !== NONE;
  }

  /** `words[at]` in the order of memory, `key` the same address as numbers. */
  coversV6(words: Uint32Array, at: number, key: Uint32Array): boolean {
    return this.v6.find(words, at) !== NONE || this.networks6.find(key) !== NONE;
  }

  /** Appends everything that covers the IPv4 network `address`/`prefix`, 32 being the address alone. */
  collectV4(address: number, prefix: number, field: MatchField, into: Found[]): void {
    if (prefix === 32) this.#chain(this.v4.records, this.v4.find(address), formatV4(address), EXACT, field, into);
    const nets = this.networks4;
    for (let net = nets.findV4(address); net !== NONE; net = nets.parent(net)) {
      const bits = nets.prefix(net);
      if (bits > prefix) continue;
      const rank = bits === prefix ? EXACT : 96 + bits;
      this.#chain(nets.records, net, `${formatV4(nets.key(net, 0))}/${bits}`, rank, field, into);
    }
  }

  /** Appends everything that covers the IPv6 network `words`/`prefix`, 128 being the address alone. */
  collectV6(words: Uint32Array, at: number, key: Uint32Array, prefix: number, field: MatchField, into: Found[]): void {
    const bytes = new Uint8Array(words.buffer, words.byteOffset + at * 4, 16);
    if (prefix === 128) this.#chain(this.v6.records, this.v6.find(words, at), formatIp(bytes), EXACT, field, into);
    const nets = this.networks6;
    for (let net = nets.find(key); net !== NONE; net = nets.parent(net)) {
      const bits = nets.prefix(net);
      if (bits > prefix) continue;
      const text = `${formatIp(networkBytes(nets, net))}/${bits}`;
      this.#chain(nets.records, net, text, bits === prefix ? EXACT : bits, field, into);
    }
  }

  /** Appends what is held about exactly the name `bytes[start, end)`, which has `labels` labels. */
  collectDomain(
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    labels: number,
    field: MatchField,
    into: Found[],
  ): void {
    const record = this.domains.find(hash, bytes, start, end);
    if (record === NONE) return;
    this.#chain(
      this.domains.records,
      record,
      this.domains.name(record),
      labels === 0 ? EXACT : PARENT + labels,
      field,
      into,
    );
  }

  #chain(
    records: IndicatorRecords,
    head: number,
    value: string,
    specificity: number,
    field: MatchField,
    into: Found[],
  ): void {
    for (let record = head; record !== NONE; record = records.next(record)) {
      const label = this.#labels[records.label(record)];
      into.push({ value, label, confidence: records.confidence(record), field, specificity });
    }
  }

  #label(category: string, source: string): number | undefined {
    const text = `${category}\n${source}`;
    const known = this.#labelNumbers.get(text);
    if (known !== undefined) return known;
    if (this.#labels.length === LABELS) return undefined;
    const label = this.#labels.push(labelOf(category, source)) - 1;
    this.#labelNumbers.set(text, label);
    return label;
  }

  #store(label: number, confidence: number): void {
    const { kind, prefix, domain } = this.#parsed;
    if (kind === 'domain') {
      const name = bytesOfDomain(domain);
      this.domains.add(name.bytes, name.length, label, confidence);
      return;
    }
    numbersOf(this.#words, 0, this.#key);
    const v4 = this.#key[3];
    if (kind === 'v4') this.v4.add(v4, label, confidence);
    else if (kind === 'v6') this.v6.add(this.#words, label, confidence);
    else if (kind === 'network6') this.networks6.add(this.#key, prefix, label, confidence);
    else {
      this.#key[0] = v4;
      this.networks4.add(this.#key, prefix, label, confidence);
    }
  }
}

/** Four words of network-order bytes, as memory has them, to numbers. */
export function numbersOf(words: Uint32Array, at: number, into: Uint32Array): void {
  for (let i = 0; i < 4; i++) into[i] = swapBytes(words[at + i]);
}

/** 0x01020304 → 0x04030201. */
export function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

function networkBytes(nets: NetworkTable, net: number): Uint8Array {
  const words = Uint32Array.from([0, 1, 2, 3], (word) => swapBytes(nets.key(net, word)));
  return new Uint8Array(words.buffer);
}
