/** Chances that a first contact succeeds: of a benign source, and of a scanner. */
const THETA_BENIGN = 0.8;
const THETA_SCANNER = 0.2;
const DETECTION = 0.99;
const FALSE_POSITIVE = 0.01;

const SUCCESS = Math.log(THETA_SCANNER / THETA_BENIGN);
const FAILURE = Math.log((1 - THETA_SCANNER) / (1 - THETA_BENIGN));
const SCANNER = Math.log(DETECTION / FALSE_POSITIVE);
const BENIGN = Math.log((1 - DETECTION) / (1 - FALSE_POSITIVE));

/**
 * Threshold random walk of Jung, Paxson, Berger and Balakrishnan (IEEE S&P 2004): sequential test of whether a source is
 * a scanner, by the outcome of its first contacts with hosts. Four failures in a row decide. A walk that ended at
 * "benign" begins anew, so that successes of the past do not buy failures.
 */
export class RandomWalk {
  #likelihood = 0;
  #contacts = 0;
  /** First contacts it took to decide that the source is a scanner; 0 while that is not decided. */
  decidedAfter = 0;

  get scanner(): boolean {
    return this.decidedAfter > 0;
  }

  /** A first contact. Answers whether the walk has just ended at "benign": what came before it tells nothing any more. */
  step(success: boolean): boolean {
    this.#contacts++;
    if (this.scanner) return false;
    this.#likelihood += success ? SUCCESS : FAILURE;
    if (this.#likelihood >= SCANNER) this.decidedAfter = this.#contacts;
    else if (this.#likelihood <= BENIGN) {
      this.#likelihood = 0;
      this.#contacts = 0;
      return true;
    }
    return false;
  }
}
