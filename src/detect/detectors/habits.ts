import { EntityMap } from './entity-map.ts';

const DAY = 86_400e6;
const WEEK = 7;

/** The state of {@link Habits} as plain JSON. */
export type SavedHabits = readonly (readonly [string, number, number[]])[];

/**
 * Who does something day by day: what a host did on at least 3 of the last 7 days is its work, not an attack. Days are
 * those of UTC in packet time; today does not count, or an attack would excuse itself.
 */
export class Habits {
  readonly #days: EntityMap<number[]>;
  readonly #enough: number;

  constructor(capacity = 10_000, enough = 3) {
    this.#days = new EntityMap({ capacity, lifetime: (WEEK + 1) * DAY });
    this.#enough = enough;
  }

  note(entity: string, at: number): void {
    const today = Math.floor(at / DAY);
    const days = this.#days.touch(entity, at, () => []);
    if (days.includes(today)) return;
    days.push(today);
    while (days.length > WEEK + 1) days.shift();
  }

  isUsual(entity: string, at: number): boolean {
    const today = Math.floor(at / DAY);
    let count = 0;
    for (const day of this.#days.peek(entity) ?? []) if (day < today && day >= today - WEEK) count++;
    return count >= this.#enough;
  }

  get size(): number {
    return this.#days.size;
  }

  save(): SavedHabits {
    return this.#days.save();
  }

  load(saved: SavedHabits): void {
    this.#days.load(saved as [string, number, number[]][]);
  }
}
