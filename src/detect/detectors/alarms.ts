import { EntityMap } from './entity-map.ts';

/** Below this part of the limit a window is calm. */
const CALM = 0.7;
/** Calm windows after which an alarm is over. */
const CALM_WINDOWS = 2;
/** By how much more it has to be than when it was last told. */
const AGAIN = 2;

/** `opened` and `doubled` are worth an anomaly; `silent` goes on, told already; `none` is nothing. */
export type Verdict = 'none' | 'opened' | 'doubled' | 'silent';

interface Alarm {
  /** What it was when it was last told. */
  told: number;
  calm: number;
  judged: boolean;
}

export interface AlarmsOptions {
  /** The most alarms open at a time: 4,096 when not given. */
  readonly capacity?: number;
  /** Microseconds without news after which an alarm is forgotten in any case: a day when not given. */
  readonly lifetime?: number;
}

/**
 * When to speak. An alarm of an entity opens when its level reaches the limit, closes when it was below 0.7 x limit for
 * two windows (or did not appear at all), and is told again only when it has doubled.
 */
export class Alarms {
  readonly #open: EntityMap<Alarm>;

  constructor(options: AlarmsOptions = {}) {
    this.#open = new EntityMap({ capacity: options.capacity ?? 4096, lifetime: options.lifetime ?? 86_400e6 });
  }

  /**
   * Judges what an entity did in this window; at most once an entity and window.
   * @param level what was measured over its limit: 1 is at the limit.
   * @param now end of the window, microseconds.
   * @param size what has to double before it is told again, when that is not the level itself.
   */
  judge(entity: string, level: number, now: number, size = level): Verdict {
    const alarm = this.#open.peek(entity);
    if (alarm === undefined) {
      if (!(level >= 1)) return 'none';
      this.#open.touch(entity, now, () => ({ told: size, calm: 0, judged: true }));
      return 'opened';
    }
    alarm.judged = true;
    if (!(level >= CALM)) return this.#calm(entity, alarm);
    alarm.calm = 0;
    this.#open.touch(entity, now, () => alarm);
    if (level < 1 || size < AGAIN * alarm.told) return 'silent';
    alarm.told = size;
    return 'doubled';
  }

  isOpen(entity: string): boolean {
    return this.#open.peek(entity) !== undefined;
  }

  get size(): number {
    return this.#open.size;
  }

  /** To be called at the end of `window`: alarms whose entity was not judged in it had a calm one. */
  endWindow(now: number): void {
    for (const [entity, alarm] of this.#open) {
      if (!alarm.judged) this.#calm(entity, alarm);
      alarm.judged = false;
    }
    this.#open.expire(now);
  }

  #calm(entity: string, alarm: Alarm): Verdict {
    alarm.calm++;
    if (alarm.calm < CALM_WINDOWS) return 'silent';
    this.#open.delete(entity);
    return 'none';
  }
}
