import { Alarms, type AlarmsOptions, type Verdict } from './alarms.ts';

interface Standing {
  level: number;
  size: number;
  until: number;
  judged: boolean;
}

/** What is open, as plain JSON. */
export type SavedStanding = readonly (readonly [entity: string, level: number, size: number, until: number])[];

/**
 * {@link Alarms} for what is not active in every window: a beacon of an hour, a slow tunnel. What was judged stands
 * until a time that is given with it, also through windows in which nothing happened, so that it is not told again
 * each time it goes on.
 */
export class StandingAlarms {
  readonly #alarms: Alarms;
  readonly #standing = new Map<string, Standing>();

  constructor(options: AlarmsOptions = {}) {
    this.#alarms = new Alarms(options);
  }

  /** As {@link Alarms.judge}. @param until microseconds of packet time up to which the level stands. */
  judge(entity: string, level: number, now: number, size: number, until: number): Verdict {
    // As it is nearly always: nothing to look up.
    if (!(level >= 1) && this.#standing.size === 0 && this.#alarms.size === 0) return 'none';
    const standing = this.#standing.get(entity);
    if (standing && now > standing.until) this.#close(entity, now);
    const verdict = this.#alarms.judge(entity, level, now, size);
    if (this.#alarms.isOpen(entity)) this.#standing.set(entity, { level, size, until, judged: true });
    else this.#standing.delete(entity);
    return verdict;
  }

  /** To be called at the end of each window, after all were judged. */
  endWindow(now: number): void {
    for (const [entity, standing] of this.#standing) {
      if (!standing.judged && now <= standing.until) {
        this.#alarms.judge(entity, standing.level, now, standing.size);
      }
      standing.judged = false;
    }
    this.#alarms.endWindow(now);
    for (const entity of this.#standing.keys()) if (!this.#alarms.isOpen(entity)) this.#standing.delete(entity);
  }

  isOpen(entity: string): boolean {
    return this.#alarms.isOpen(entity);
  }

  get size(): number {
    return this.#alarms.size;
  }

  save(): SavedStanding {
    return Array.from(this.#standing, ([entity, { level, size, until }]) => [entity, level, size, until] as const);
  }

  /** What stood too long ago is over, also where no windows were made for the time between. */
  #close(entity: string, now: number): void {
    while (this.#alarms.isOpen(entity)) this.#alarms.judge(entity, 0, now);
  }

  load(saved: SavedStanding, now: number): void {
    for (const [entity, level, size, until] of saved) this.judge(entity, Math.max(level, 1), now, size, until);
  }
}
