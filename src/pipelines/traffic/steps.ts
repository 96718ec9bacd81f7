const STEPS = 512;

/**
 * Sums over time in fixed memory: up to 512 steps of equal length. When time outgrows them, each two become one. Times
 * are in a unit of the caller's choice.
 */
export class Steps {
  /** Start of the first step; NaN before anything was added. */
  start = Number.NaN;
  step: number;
  #used = 0;
  #place = 0;
  readonly #series: readonly Float64Array[];

  /** @param step length of a step at first. @param series sums kept for each step. */
  constructor(step: number, series: number) {
    this.step = step;
    this.#series = Array.from({ length: series }, () => new Float64Array(STEPS));
  }

  /** Steps that {@link values} answers. */
  get length(): number {
    return this.#used;
  }

  /** Goes to the step of `time`, to which {@link add} adds then. What is older than the first step goes to that one. */
  at(time: number): void {
    if (Number.isNaN(this.start)) this.start = time;
    // Starts of windows are whole steps apart but for the last bits of a double.
    let place = Math.floor((time - this.start) / this.step + 1e-6);
    while (place >= STEPS) {
      this.#halve();
      place = Math.floor((time - this.start) / this.step + 1e-6);
    }
    this.#place = place < 0 ? 0 : place;
    if (this.#place >= this.#used) this.#used = this.#place + 1;
  }

  add(series: number, value: number): void {
    this.#series[series][this.#place] += value;
  }

  values(series: number): number[] {
    return Array.from(this.#series[series].subarray(0, this.#used));
  }

  #halve(): void {
    this.step *= 2;
    for (const series of this.#series) {
      for (let i = 0; i < STEPS / 2; i++) series[i] = series[2 * i] + series[2 * i + 1];
      series.fill(0, STEPS / 2);
    }
    this.#used = Math.ceil(this.#used / 2);
  }
}
