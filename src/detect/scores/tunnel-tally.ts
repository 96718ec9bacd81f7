import type { DnsQuery } from '../../model/dns-query.ts';
import { hashText } from '../detectors/hyper-log-log.ts';
import { informationBits, isCarrierType, longestLabel } from './dns-features.ts';

/** Distinct names held exactly; the strongest grade is reached with half of them. */
const MOST_NAMES = 2000;
/** Labels of this length are what an encoder makes of a block; people hardly ever write one. */
const LONG_LABEL = 52;

/** Of the last name: each is added to several tallies, one after the other. */
const last = { name: '', hash: hashText(''), isKnown: false, bits: 0, isLong: false };

function hashOf(name: string): number {
  if (name === last.name) return last.hash;
  last.name = name;
  last.hash = hashText(name);
  last.isKnown = false;
  return last.hash;
}

/** Of the name that was hashed last; most names are asked for again, and need not be looked at. */
function featuresOf(name: string): typeof last {
  if (!last.isKnown) {
    last.bits = informationBits(name);
    last.isLong = longestLabel(name) >= LONG_LABEL;
    last.isKnown = true;
  }
  return last;
}

/** What one client asked of one domain within one span of time. */
export class TunnelTally {
  /** Microseconds of the first question. */
  start = 0;
  queries = 0;
  /** Over distinct names: how long they are below the domain, and what they can carry, in bits. */
  length = 0;
  bits = 0;
  longLabels = 0;
  /** Questions for types that carry answers of free choice. */
  carriers = 0;
  questionBytes = 0;
  answerBytes = 0;
  /** Hashes: of the only name as long as there is one, for of most domains nobody asks for more. */
  #only = -1;
  #names: Set<number> | undefined;

  constructor(start: number) {
    this.start = start;
  }

  /** @param sub the part of the name below the domain. */
  add(query: DnsQuery, sub: string): void {
    this.queries++;
    this.questionBytes += query.questionBytes;
    this.answerBytes += query.answerBytes;
    if (isCarrierType(query.type)) this.carriers++;
    if (this.distinct >= MOST_NAMES) return;
    if (!this.#isNew(hashOf(sub))) return;
    const { bits, isLong } = featuresOf(sub);
    this.length += sub.length;
    this.bits += bits;
    if (isLong) this.longLabels++;
  }

  clear(start: number): void {
    this.start = start;
    this.queries = this.length = this.bits = this.longLabels = this.carriers = 0;
    this.questionBytes = this.answerBytes = 0;
    this.#only = -1;
    this.#names = undefined;
  }

  get distinct(): number {
    return this.#names?.size ?? (this.#only < 0 ? 0 : 1);
  }

  /** Share of questions that were new. Names beyond the most that are held do not lower it. */
  get novelty(): number {
    if (this.queries === 0) return 0;
    return this.distinct >= MOST_NAMES ? 1 : this.distinct / this.queries;
  }

  get meanLength(): number {
    return this.distinct === 0 ? 0 : this.length / this.distinct;
  }

  get carrierShare(): number {
    return this.queries === 0 ? 0 : this.carriers / this.queries;
  }

  #isNew(hash: number): boolean {
    if (this.#names) {
      const before = this.#names.size;
      return this.#names.add(hash).size > before;
    }
    if (this.#only === hash) return false;
    if (this.#only < 0) this.#only = hash;
    else this.#names = new Set([this.#only, hash]);
    return true;
  }
}
