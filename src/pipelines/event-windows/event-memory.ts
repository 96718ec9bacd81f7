import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SavedDetection } from '../../detect/detectors/detection.ts';
import type { Anomaly, Window } from '../../model/window.ts';
import type { StateStore } from '../../stores/state/store.ts';
import type { Moved } from './event-windows.ts';

/** Where a run stopped. Ids are decimal digits, times microseconds since 1970. */
export interface EventBookmark {
  /** Everything up to this event was taken. */
  readonly seen: string;
  /** What was taken and not counted yet comes after this one. */
  readonly after: string;
  /** Start of the oldest window that is not over; null before the first event. */
  readonly open: number | null;
  /** Number of the next window, and length of all of them. */
  readonly nextId: number;
  readonly windowSeconds: number;
}

/** What was learned until then, with the last windows and anomalies. */
export interface EventMemory {
  readonly bookmark: EventBookmark;
  readonly detection: SavedDetection;
  readonly moved: readonly Moved[];
  readonly windows: readonly Window[];
  readonly anomalies: readonly Anomaly[];
}

interface Saved extends EventMemory {
  readonly version: number;
}

const VERSION = 1;
const SETTING = 'traffic.events';

/**
 * Keeps over restarts where the analysis of stored events is and what it has learned: the bookmark in the state store,
 * and all of it in a file, which is replaced as a whole, so that what was learned always fits its bookmark.
 */
export class EventMemories {
  readonly #path: string;
  readonly #settings: StateStore['settings'];

  constructor(path: string, settings: StateStore['settings']) {
    this.#path = path;
    this.#settings = settings;
  }

  /** What was kept; only where it was when the file is gone or cannot be read. `problem` says why in that case. */
  async load(): Promise<{ bookmark?: EventBookmark; memory?: EventMemory; problem?: string }> {
    const bookmark = await this.#settings.get<EventBookmark>(SETTING);
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return missing ? { bookmark } : { bookmark, problem: (error as Error).message };
    }
    try {
      const memory = JSON.parse(text) as Saved;
      if (memory.version === VERSION) return { bookmark: memory.bookmark, memory };
      return { bookmark, problem: 'it is of another version' };
    } catch (error) {
      return { bookmark, problem: (error as Error).message };
    }
  }

  async save(memory: EventMemory): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const beside = `${this.#path}.new`;
    const file = await open(beside, 'w', 0o600);
    try {
      for (const piece of pieces({ version: VERSION, ...memory })) await file.writeFile(piece);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#path);
    await this.#settings.set(SETTING, memory.bookmark);
  }
}

/** Its JSON, in pieces: what detectors have learned may be tens of megabytes, and others have to have their turn in between. */
function* pieces({ detection, ...rest }: Saved): Generator<string> {
  const { detectors, ...other } = detection;
  yield `${JSON.stringify(rest).slice(0, -1)},"detection":${JSON.stringify(other).slice(0, -1)},"detectors":{`;
  let comma = '';
  for (const [name, learned] of Object.entries(detectors)) {
    yield `${comma}${JSON.stringify(name)}:${JSON.stringify(learned)}`;
    comma = ',';
  }
  yield '}}}';
}
