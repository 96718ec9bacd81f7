/** What happens next: numbered places with a time each, the earliest first. Nothing is allocated. */
export class EventHeap {
  readonly #times: Float64Array;
  readonly #places: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#places = new Int32Array(capacity);
  }

  get time(): number {
    return this.#times[0];
  }

  get place(): number {
    return this.#places[0];
  }

  add(place: number, time: number): void {
    const times = this.#times;
    const places = this.#places;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (times[parent] <= time) break;
      times[at] = times[parent];
      places[at] = places[parent];
      at = parent;
    }
    times[at] = time;
    places[at] = place;
  }

  /** Moves the earliest place on to `time`. */
  delay(time: number): void {
    const times = this.#times;
    const places = this.#places;
    const place = places[0];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && times[child + 1] < times[child]) child++;
      if (times[child] >= time) break;
      times[at] = times[child];
      places[at] = places[child];
      at = child;
    }
    times[at] = time;
    places[at] = place;
  }
}
