/** No place. */
export const NONE = -1;

const FIRST_SIZE = 16;

/**
 * Places 0, 1, 2... in the order in which they were touched last, and when that was. A place that is removed is given
 * out again. The order is a list of its own: taking a key out of a Map and putting it in again for each touch leaves holes
 * at its beginning, which every look for the oldest has to pass.
 */
export class RecencyList {
  /** Microseconds, by place. */
  touched = new Float64Array(FIRST_SIZE);
  oldest = NONE;
  #newest = NONE;
  #older = new Int32Array(FIRST_SIZE);
  #newer = new Int32Array(FIRST_SIZE);
  /** Places that were removed, linked by `#newer`; and how many were ever given out. */
  #free = NONE;
  #given = 0;

  /** The place touched next after this one; {@link NONE} for the newest. */
  newer(place: number): number {
    return this.#newer[place];
  }

  /** A new place, as the newest. */
  append(touched: number): number {
    let place = this.#free;
    if (place !== NONE) this.#free = this.#newer[place];
    else {
      if (this.#given === this.touched.length) this.#grow();
      place = this.#given++;
    }
    this.touched[place] = touched;
    this.#link(place);
    return place;
  }

  /** Makes it the newest. */
  renew(place: number): void {
    if (place === this.#newest) return;
    this.#unlink(place);
    this.#link(place);
  }

  remove(place: number): void {
    this.#unlink(place);
    this.#newer[place] = this.#free;
    this.#free = place;
  }

  clear(): void {
    this.oldest = this.#newest = this.#free = NONE;
    this.#given = 0;
  }

  #link(place: number): void {
    const newest = this.#newest;
    this.#older[place] = newest;
    this.#newer[place] = NONE;
    if (newest === NONE) this.oldest = place;
    else this.#newer[newest] = place;
    this.#newest = place;
  }

  #unlink(place: number): void {
    const older = this.#older[place];
    const newer = this.#newer[place];
    if (older === NONE) this.oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  #grow(): void {
    const size = this.touched.length * 2;
    const touched = new Float64Array(size);
    const older = new Int32Array(size);
    const newer = new Int32Array(size);
    touched.set(this.touched);
    older.set(this.#older);
    newer.set(this.#newer);
    this.touched = touched;
    this.#older = older;
    this.#newer = newer;
  }
}
