/** Smoothed round trip time and its variation, as RFC 6298 section 2 computes them; milliseconds. */
export class RoundTripEstimate {
  /** 0 before the first value. */
  smoothed = 0;
  variation = 0;
  #first = true;

  update(rtt: number): void {
    if (this.#first) {
      this.#first = false;
      this.smoothed = rtt;
      this.variation = rtt / 2;
      return;
    }
    this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.smoothed - rtt);
    this.smoothed = 0.875 * this.smoothed + 0.125 * rtt;
  }
}
