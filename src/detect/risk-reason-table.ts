/**
 * Score and dictionary code of every combination of reasons that was met, in an open-addressing table without
 * objects: a combination costs its text once.
 */
export class ReasonTable {
  /** By slot: code of the text in the dictionary. */
  codes = new Uint32Array(64);
  /** By slot: the score. */
  scores = new Uint8Array(64);
  #flags = new Uint32Array(64);
  #threats = new Uint32Array(64);
  #used = 0;
  readonly #make: (flags: number, threat: number) => { readonly code: number; readonly score: number };

  /** `make` gives the code (never 0) and the score of a combination that is met for the first time. */
  constructor(make: (flags: number, threat: number) => { readonly code: number; readonly score: number }) {
    this.#make = make;
  }

  /** Index into {@link codes} and {@link scores}, valid until the next call. */
  slot(flags: number, threat: number): number {
    let slot = this.#find(flags, threat);
    if (this.codes[slot] !== 0) return slot;
    if (this.#used * 2 >= this.codes.length) {
      this.#grow();
      slot = this.#find(flags, threat);
    }
    const { code, score } = this.#make(flags, threat);
    this.#put(slot, flags, threat, code, score);
    this.#used++;
    return slot;
  }

  /** The slot of the combination, or the empty one where it belongs. */
  #find(flags: number, threat: number): number {
    const mask = this.codes.length - 1;
    const hash = Math.imul(flags ^ Math.imul(threat, 0x9e3779b1), 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.codes[slot] !== 0 && (this.#flags[slot] !== flags || this.#threats[slot] !== threat))
      slot = (slot + 1) & mask;
    return slot;
  }

  #put(slot: number, flags: number, threat: number, code: number, score: number): void {
    this.#flags[slot] = flags;
    this.#threats[slot] = threat;
    this.codes[slot] = code;
    this.scores[slot] = score;
  }

  #grow(): void {
    const { codes, scores } = this;
    const flags = this.#flags;
    const threats = this.#threats;
    this.codes = new Uint32Array(codes.length * 2);
    this.scores = new Uint8Array(codes.length * 2);
    this.#flags = new Uint32Array(codes.length * 2);
    this.#threats = new Uint32Array(codes.length * 2);
    for (let slot = 0; slot < codes.length; slot++) {
      if (codes[slot] === 0) continue;
      this.#put(this.#find(flags[slot], threats[slot]), flags[slot], threats[slot], codes[slot], scores[slot]);
    }
  }
}
