import type { SequenceCounts } from './sequence-tracker.ts';

/** Messages that only make sense in the other way of counting before it is believed. */
const CONVINCED = 2;

/**
 * How an exporter numbers its IPFIX messages. RFC 7011 section 3.1 counts the data records *before* a message, options
 * records among them; some exporters (softflowd) count the flows of the message too, and no options. That looks like loss
 * and reordering whenever the number of records changes. What was counted wrongly until it is clear is taken back.
 */
export class IpfixNumbering {
  /** The number holds the message's own flows too, and no options records. */
  inclusive = false;
  #sequence = Number.NaN;
  #units = Number.NaN;
  #votes = 0;
  readonly #doubtful: SequenceCounts = { lost: 0, reordered: 0, duplicates: 0, restarts: 0 };

  /**
   * Looks at a message before it is counted.
   * @param units its data records, NaN when that is not known.
   * @param options how many of them are options records.
   * @returns whether it has just become clear that the numbers have to be read in the other way.
   */
  look(sequence: number, units: number, options: number): boolean {
    const asTold = (this.#sequence + this.#units) % 2 ** 32 === sequence;
    const itself = (this.#sequence + units - options) % 2 ** 32 === sequence;
    this.#sequence = sequence;
    this.#units = units;
    if (asTold === itself) return false;
    this.#votes = itself ? this.#votes + 1 : 0;
    if (this.#votes === 0) this.#forget();
    const now = this.#votes >= CONVINCED;
    const news = now !== this.inclusive && (now || this.#votes === 0);
    if (news) this.inclusive = now;
    return news && now;
  }

  /** The records that the sequence counts of a message. */
  counted(units: number, options: number): number {
    return this.inclusive ? units - options : units;
  }

  /** The number of the first record of a message with so many {@link counted} ones. */
  first(sequence: number, counted: number): number {
    return this.inclusive && !Number.isNaN(counted) ? (sequence - counted + 2 ** 32) % 2 ** 32 : sequence;
  }

  /** Remembers what a message that speaks for the other way added to the counts. */
  doubt(before: SequenceCounts, after: SequenceCounts): void {
    if (this.#votes === 0 || this.inclusive) return;
    this.#doubtful.lost += after.lost - before.lost;
    this.#doubtful.reordered += after.reordered - before.reordered;
    this.#doubtful.duplicates += after.duplicates - before.duplicates;
    this.#doubtful.restarts += after.restarts - before.restarts;
  }

  /** Takes what was doubtful out of the counts. */
  takeBack(counts: SequenceCounts): void {
    counts.lost -= this.#doubtful.lost;
    counts.reordered -= this.#doubtful.reordered;
    counts.duplicates -= this.#doubtful.duplicates;
    counts.restarts -= this.#doubtful.restarts;
    this.#forget();
  }

  #forget(): void {
    this.#doubtful.lost = 0;
    this.#doubtful.reordered = 0;
    this.#doubtful.duplicates = 0;
    this.#doubtful.restarts = 0;
  }
}
