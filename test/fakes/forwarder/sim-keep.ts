import type { OutputPosition } from '../../../src/model/output.ts';
import { isAfter } from '../../../src/outputs/event-order.ts';
import type { NewDeadLetter, PositionKeep } from '../../../src/outputs/forwarder-parts.ts';
import type { SimClock } from './sim-clock.ts';

/** A state store in memory: keeps one position and its dead letters, in one step, if it does not fail. */
export class SimKeep {
  position: OutputPosition | undefined;
  readonly letters = new Map<string, NewDeadLetter>();
  latency: () => number = () => 1;
  /** `before`: nothing was saved; `after`: it was, but the answer is lost. */
  failing: () => 'no' | 'before' | 'after' = () => 'no';
  /** A bookmark that goes back is right only then. */
  rewinding = false;
  saves = 0;
  readonly faults: string[] = [];
  /** Called with each position that was saved. */
  onSave: (position: OutputPosition) => void = () => {};
  readonly #clock: SimClock;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  /** As one process sees it; of one that was killed a save under way may still happen. */
  of(alive: () => boolean, random: () => number): PositionKeep {
    return {
      load: async () => {
        await this.#clock.sleep(this.latency());
        if (this.failing() !== 'no') throw new Error('the state store does not answer');
        return this.position;
      },
      save: async (position, letters) => {
        const latency = this.latency();
        await this.#clock.sleep(latency);
        if (!alive()) {
          if (random() < 0.5) this.#save(position, letters);
          return new Promise(() => {});
        }
        const failing = this.failing();
        if (failing !== 'before') this.#save(position, letters);
        if (failing !== 'no') throw new Error('the state store does not answer');
      },
    };
  }

  #save(position: OutputPosition, letters: readonly NewDeadLetter[]): void {
    this.saves++;
    if (!this.rewinding && this.position && isAfter(this.position.bookmark, position.bookmark))
      this.faults.push(`bookmark went back from ${this.position.bookmark} to ${position.bookmark}`);
    for (const letter of letters) this.letters.set(letter.eventId, letter);
    this.position = position;
    this.onSave(position);
  }
}
