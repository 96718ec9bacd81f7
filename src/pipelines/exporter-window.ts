const SLOT = 10e6;
/** Five minutes of whole slots and the one that is being filled. */
const SLOTS = 31;
/** A rate is never worked out over less, so that the first datagram of an exporter is no peak. Seconds. */
const SHORTEST = 10;

/** What is summed up over time. `expected` is what loss is measured against: what came and what was lost. */
export const WINDOW_FIGURES = [
  'datagrams',
  'flows',
  'expected',
  'lost',
  'without_template',
  'limited',
  'malformed',
] as const;
export type WindowFigure = (typeof WINDOW_FIGURES)[number];

const PLACE = Object.fromEntries(WINDOW_FIGURES.map((name, place) => [name, place])) as Record<WindowFigure, number>;
const WIDTH = WINDOW_FIGURES.length;

/** Figures of the last five minutes in slots of ten seconds. Times are microseconds since 1970. */
export class ExporterWindow {
  readonly #slots = new Float64Array(SLOTS * WIDTH);
  readonly #since: number;
  #newest: number;

  constructor(now: number) {
    this.#since = now;
    this.#newest = Math.floor(now / SLOT);
  }

  add(figure: WindowFigure, amount: number, now: number): void {
    this.#advance(now);
    this.#slots[(this.#newest % SLOTS) * WIDTH + PLACE[figure]] += amount;
  }

  /** @param seconds whole slots, at most 300; what came since the last of them began counts, too. */
  sum(figure: WindowFigure, seconds: number, now: number): number {
    this.#advance(now);
    const slots = Math.min(SLOTS - 1, Math.round((seconds * 1e6) / SLOT));
    let sum = 0;
    for (let back = 0; back <= slots; back++)
      sum += this.#slots[((this.#newest - back + SLOTS) % SLOTS) * WIDTH + PLACE[figure]];
    return sum;
  }

  /** A second, over the last minute or since the window was begun. */
  rate(figure: WindowFigure, now: number): number {
    const sum = this.sum(figure, 60, now);
    const covered = 60 + Math.max(0, now - this.#newest * SLOT) / 1e6;
    return sum / Math.max(SHORTEST, Math.min(covered, (now - this.#since) / 1e6));
  }

  /** A clock that is set back does not open old slots again; one that is set back far begins anew. */
  #advance(now: number): void {
    const slot = Math.floor(now / SLOT);
    const steps = slot - this.#newest;
    if (steps === 0 || (steps < 0 && steps > -SLOTS)) return;
    if (steps < 0 || steps >= SLOTS) this.#slots.fill(0);
    else
      for (let step = 1; step <= steps; step++) {
        const at = ((this.#newest + step) % SLOTS) * WIDTH;
        this.#slots.fill(0, at, at + WIDTH);
      }
    this.#newest = slot;
  }
}
