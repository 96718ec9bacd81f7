import type { DetectedWindow } from '../../detect/detectors/detection.ts';
import { type Conclusion, type ConclusionOptions, Conclusions } from './conclusions.ts';
import { eventNames } from './connection-name.ts';
import type { NoteBlock } from './note-block.ts';
import { NoteReader } from './note-reader.ts';

/** Conclusions that read their notes themselves, in whatever thread they are. */
export class LocalConclusions {
  readonly #conclusions: Conclusions;
  readonly #reader: NoteReader;

  /** @param onDetected is given windows when they are over, oldest first. */
  constructor(options: ConclusionOptions, onDetected: (detected: readonly DetectedWindow[]) => void) {
    this.#conclusions = new Conclusions(options, onDetected);
    this.#reader = new NoteReader(this.#conclusions, eventNames(options.run));
  }

  /** Blocks have to come in their order. */
  take(block: NoteBlock): void {
    this.#reader.take(block);
  }

  result(): Conclusion {
    return this.#conclusions.result();
  }
}
