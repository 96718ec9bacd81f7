/** What a tracker counts into: the counters of an exporter. */
export interface SequenceCounts {
  lost: number;
  reordered: number;
  duplicates: number;
  restarts: number;
}

/** Units by which a number may be ahead: more is no loss that anybody would believe, but a sequence begun anew. */
const FORWARD_LIMIT = 2 ** 22;
/** Units by which a number may be behind, and for which a gap is remembered: more is a sequence begun anew. */
const BACK_LIMIT = 2 ** 16;
/** A number below this that is also this far behind is a device that started to count again. */
const NEAR_ZERO = 1024;
/** So many messages behind, each following the one before, and nothing else between them: begun anew as well. */
const RUN_LIMIT = 8;
/** Messages that are remembered, to tell a duplicate from one that is late. A power of two. */
const RECENT = 64;
/** Units of a remembered message whose units are not known. */
const UNKNOWN = 0xffff;
/** Gaps that are remembered. */
const GAPS = 32;

/** Numbers that were passed over: `length` of them from `start` on, modulo 2^32. */
interface Gap {
  start: number;
  length: number;
}

/**
 * Watches the sequence numbers of one stream of messages (an engine, an observation domain, an agent) and counts what
 * was lost, came late, came twice, or began anew. Memory and work a message are bounded.
 */
export class SequenceTracker {
  readonly #counts: SequenceCounts;
  /** The number expected next; NaN while it is not known. */
  #next = Number.NaN;
  #gaps: Gap[] = [];
  readonly #sequences = new Uint32Array(RECENT);
  readonly #units = new Uint16Array(RECENT);
  #seen = 0;
  /** Messages behind that followed one another: how many, what would follow them, and what they were counted as. */
  #run = 0;
  #runNext = Number.NaN;
  #runDuplicates = 0;

  /** @param counts counted into; other trackers may count there too. */
  constructor(counts: SequenceCounts) {
    this.#counts = counts;
  }

  /**
   * Takes a message into account.
   *
   * @param sequence the number it carries, 0 to 2^32 - 1.
   * @param units how far it moves the sequence: its flows (v5, v7), its data records (IPFIX), 1 (v9, sFlow); NaN when
   *   that is not known: then the message after it is not judged.
   */
  observe(sequence: number, units: number): void {
    if (Number.isNaN(this.#next)) {
      if (this.#met(sequence, units)) this.#counts.duplicates++;
      else this.#advance(sequence, units);
      return;
    }
    const ahead = (sequence - this.#next) | 0;
    if (ahead < 0) this.#behind(sequence, units, -ahead);
    else if (ahead > FORWARD_LIMIT) this.#restart(sequence, units);
    else {
      if (ahead > 0) this.#gap(ahead);
      this.#advance(sequence, units);
    }
  }

  #gap(length: number): void {
    this.#counts.lost += length;
    this.#gaps.push({ start: this.#next, length });
    if (this.#gaps.length > GAPS) this.#gaps.shift();
  }

  #advance(sequence: number, units: number): void {
    this.#remember(sequence, units);
    this.#next = Number.isNaN(units) ? Number.NaN : (sequence + units) % 2 ** 32;
    this.#run = 0;
    // Gaps are in the order of their numbers. An old one goes before the numbers come round to it again.
    const oldest = this.#gaps[0];
    if (oldest && (this.#next - oldest.start - oldest.length) >>> 0 > BACK_LIMIT) this.#gaps.shift();
  }

  #behind(sequence: number, units: number, behind: number): void {
    if (this.#fill(sequence, units)) {
      this.#counts.reordered++;
      this.#remember(sequence, units);
      this.#run = 0;
      return;
    }
    const duplicate = this.#met(sequence, units);
    if (!duplicate && (behind > BACK_LIMIT || (sequence < NEAR_ZERO && behind > NEAR_ZERO))) {
      this.#restart(sequence, units);
      return;
    }
    if (this.#run === 0 || sequence !== this.#runNext) {
      this.#run = 0;
      this.#runDuplicates = 0;
    }
    this.#run++;
    this.#runNext = (sequence + units) % 2 ** 32;
    if (duplicate) {
      this.#runDuplicates++;
      this.#counts.duplicates++;
    } else {
      // From before the first one that was seen, or from a gap that is forgotten.
      this.#counts.reordered++;
      this.#remember(sequence, units);
    }
    if (this.#run === RUN_LIMIT) {
      this.#counts.duplicates -= this.#runDuplicates;
      this.#counts.reordered -= RUN_LIMIT - this.#runDuplicates;
      this.#restart(sequence, units);
    }
  }

  /** Takes the message out of the gap it falls into, and its units out of what was counted as lost. */
  #fill(sequence: number, units: number): boolean {
    for (let i = this.#gaps.length - 1; i >= 0; i--) {
      const gap = this.#gaps[i];
      const before = (sequence - gap.start) >>> 0;
      if (before >= gap.length) continue;
      const found = Number.isNaN(units) ? 0 : Math.min(units, gap.length - before);
      this.#counts.lost -= found;
      if (found === 0) return true;
      const after = gap.length - before - found;
      const rest: Gap[] = [];
      if (before > 0) rest.push({ start: gap.start, length: before });
      if (after > 0) rest.push({ start: (sequence + found) % 2 ** 32, length: after });
      this.#gaps.splice(i, 1, ...rest);
      if (this.#gaps.length > GAPS) this.#gaps.shift();
      return true;
    }
    return false;
  }

  #restart(sequence: number, units: number): void {
    this.#counts.restarts++;
    this.#gaps = [];
    this.#seen = 0;
    this.#advance(sequence, units);
  }

  #remember(sequence: number, units: number): void {
    const slot = this.#seen++ & (RECENT - 1);
    this.#sequences[slot] = sequence;
    this.#units[slot] = kept(units);
  }

  /** A message without units (templates only) has the number of the one after it: both must agree. */
  #met(sequence: number, units: number): boolean {
    const known = Math.min(this.#seen, RECENT);
    const own = kept(units);
    for (let i = 0; i < known; i++) {
      if (this.#sequences[i] !== sequence) continue;
      const theirs = this.#units[i];
      if (theirs === own || theirs === UNKNOWN || own === UNKNOWN) return true;
    }
    return false;
  }
}

function kept(units: number): number {
  return units < UNKNOWN ? units : UNKNOWN;
}
