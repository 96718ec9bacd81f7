import { setImmediate as turn } from 'node:timers/promises';
import { messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { EventsView } from '../../model/traffic-view.ts';
import type { Anomaly, Window } from '../../model/window.ts';
import type { EventTail } from '../../stores/telemetry/store.ts';
import type { TrafficFacts } from '../traffic/address-facts.ts';
import { EventDetection, type EventDetectionHooks } from './event-detection.ts';
import type { EventBookmark, EventMemories, EventMemory } from './event-memory.ts';
import { EVENT_COLUMNS, trafficFilter } from './event-record.ts';

/** Events asked for at once, and taken between two turns of the event loop. */
const PAGE = 5000;
const SLICE = 250;
/** Where there is much to catch up with, so many times as long is waited as was worked: others have the processor, too. */
const REST = 4;
/** Between two looks while events come in, and after a failure. */
const PAUSE_MS = 1000;
const AGAIN_MS = 5000;
const SAVE_MS = 600_000;
/** A new installation begins with what came within the last hour. */
const FIRST_US = 3600e6;
/** Behind by more is worth a word in the health. */
const BEHIND_SECONDS = 600;

export interface EventFollowerOptions {
  readonly store: Pick<EventTail, 'tail' | 'head' | 'onHead' | 'bookmarkAt' | 'commitTime'>;
  readonly memories: Pick<EventMemories, 'load' | 'save'>;
  readonly windowSeconds: number;
  /** Seconds that a window waits for late events. */
  readonly lateness: number;
  readonly homeNetworks: readonly string[];
  readonly facts?: TrafficFacts;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Who shows what is found. */
export interface FollowerHooks extends EventDetectionHooks {
  /** What a run before this one found, oldest first: once, before anything else. */
  restore(windows: readonly Window[], anomalies: readonly Anomaly[]): void;
  /** What to keep over a restart of all that was found. */
  found(): { readonly windows: readonly Window[]; readonly anomalies: readonly Anomaly[] };
}

/**
 * Follows the events of this node as they are stored, and judges their windows as these end. It has a bookmark of its
 * own: what comes in while it is away, or faster than it can look, waits in the store.
 */
export class EventFollower {
  readonly #options: EventFollowerOptions;
  readonly #filter = trafficFilter();
  readonly #now: () => number;
  #hooks: FollowerHooks | undefined;
  #detection: EventDetection | undefined;
  #seen = '0';
  /** Events up to this one were taken by the run before. */
  #known = '0';
  #behind = false;
  #running = false;
  #work: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  /** Wall clock of the last event and of the last time that all was kept. */
  #lastCame = 0;
  #lastSaved = 0;
  #flushed = true;
  #changed = false;
  #error: string | undefined;

  constructor(options: EventFollowerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async start(hooks: FollowerHooks): Promise<void> {
    if (this.#running) return;
    this.#hooks = hooks;
    await this.#restore(hooks);
    this.#running = true;
    this.#lastCame = this.#lastSaved = this.#now();
    this.#work = this.#run();
  }

  /** Keeps what was learned. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#wake();
    await this.#work;
    await this.#save();
  }

  view(): EventsView {
    const detection = this.#detection;
    const { records = 0, late = 0, old = 0, ahead = 0, crowded = 0 } = detection?.counts ?? {};
    return {
      following: this.#running,
      watermark: inSeconds(detection?.open),
      newest: inSeconds(detection?.clock),
      lagSeconds: this.#lag(),
      held: detection?.held ?? 0,
      events: records,
      late,
      old,
      ahead,
      crowded,
      error: this.#error ?? null,
    };
  }

  /** What keeps it from working; undefined when nothing does. */
  problem(): string | undefined {
    if (this.#error !== undefined) return `Stored events are not analysed: ${this.#error}`;
    const lag = this.#lag();
    return lag > BEHIND_SECONDS
      ? `The analysis of stored events is ${Math.round(lag / 60)} minutes behind.`
      : undefined;
  }

  #lag(): number {
    if (!this.#running || !this.#behind) return 0;
    return Math.max(0, this.#now() / 1000 - this.#options.store.commitTime(this.#seen) / 1e6);
  }

  async #restore(hooks: FollowerHooks): Promise<void> {
    const { memories, windowSeconds, store, log } = this.#options;
    const { bookmark, memory, problem } = await memories.load();
    if (problem !== undefined) log.warn({ problem }, 'what was learned from stored events cannot be read');
    const same = bookmark !== undefined && bookmark.windowSeconds === windowSeconds;
    this.#seen = bookmark ? (same ? bookmark.after : bookmark.seen) : store.bookmarkAt(this.#now() * 1000 - FIRST_US);
    this.#known = same ? bookmark.seen : '0';
    this.#detection = this.#newDetection(hooks, same ? bookmark : undefined, memory?.moved);
    if (!same || !memory) return;
    if (!this.#detection.load(memory.detection)) log.warn('what was learned from stored events is of another version');
    hooks.restore(memory.windows, memory.anomalies);
  }

  #newDetection(
    hooks: FollowerHooks,
    bookmark: EventBookmark | undefined,
    moved: EventMemory['moved'] = [],
  ): EventDetection {
    const { windowSeconds: seconds, homeNetworks, facts, lateness } = this.#options;
    const open = bookmark?.open ?? undefined;
    const state = open === undefined ? undefined : { open, moved };
    return new EventDetection({ seconds, homeNetworks, facts, lateness, state, firstId: bookmark?.nextId }, hooks);
  }

  async #run(): Promise<void> {
    while (this.#running) {
      try {
        await this.#step();
        this.#error = undefined;
      } catch (error) {
        // The store, or the disk: it is told once and tried again; the bookmark has not moved.
        if (this.#error === undefined) this.#options.log.error({ err: error }, 'stored events are not analysed');
        this.#error = messageOf(error);
        await this.#sleep(AGAIN_MS);
      }
    }
  }

  async #step(): Promise<void> {
    const { store } = this.#options;
    const began = this.#now();
    const page = await store.tail({
      after: this.#seen,
      filter: this.#filter,
      columns: EVENT_COLUMNS,
      limit: PAGE,
    });
    const taking = this.#now();
    await this.#take(page.rows);
    if (page.upTo !== this.#seen) this.#changed = true;
    this.#seen = page.upTo;
    this.#behind = !page.end;
    const took = this.#now() - taking;
    if (this.#now() - this.#lastSaved >= SAVE_MS && this.#changed) await this.#save();
    if (!page.end) await this.#sleep(Math.min(AGAIN_MS, REST * took));
    else await this.#idle(began);
  }

  async #take(rows: EventTailRows): Promise<void> {
    const detection = this.#detection!;
    for (let i = 0; i < rows.length; i++) {
      if (i % SLICE === SLICE - 1) await this.#pausing(detection.advance());
      detection.take(rows[i], !isAfter(String(rows[i].id), this.#known));
    }
    if (rows.length === 0) return;
    await this.#pausing(detection.advance());
    this.#lastCame = this.#now();
    this.#flushed = false;
  }

  /** Nothing further: waits for more. When none comes for as long as windows wait for it, those that wait are over. */
  async #idle(began: number): Promise<void> {
    const { store, lateness } = this.#options;
    const due = this.#lastCame + lateness * 1000;
    if (!this.#flushed && this.#now() >= due) {
      await this.#pausing(this.#detection!.flush());
      this.#flushed = true;
      this.#changed = true;
    }
    await this.#sleep(Math.max(0, PAUSE_MS - (this.#now() - began)));
    if (!this.#running || isAfter(store.head(), this.#seen)) return;
    const forget = store.onHead(() => this.#wake());
    const next = this.#flushed ? SAVE_MS : Math.max(0, due - this.#now());
    await this.#sleep(Math.min(next, SAVE_MS));
    forget();
  }

  /** Other work gets its turn in between. */
  async #pausing(steps: Iterable<void>): Promise<void> {
    for (const _ of steps) await turn();
    await turn();
  }

  /** Until so many milliseconds have passed, or something happens. */
  async #sleep(milliseconds: number): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  async #save(): Promise<void> {
    this.#lastSaved = this.#now();
    this.#changed = false;
    try {
      await this.#options.memories.save(this.#memory());
    } catch (error) {
      // The analysis goes on; a restart would begin where the last one was kept.
      this.#options.log.warn({ err: error }, 'what was learned from stored events cannot be kept');
      this.#changed = true;
    }
  }

  #memory(): EventMemory {
    const detection = this.#detection!;
    const { detection: learned, nextId, first, moved } = detection.save();
    const after = first === undefined ? this.#seen : String(BigInt(first) - 1n);
    const { windowSeconds } = this.#options;
    const bookmark = { seen: this.#seen, after, open: detection.open, nextId, windowSeconds };
    return { bookmark, detection: learned, moved, ...this.#hooks!.found() };
  }
}

type EventTailRows = Awaited<ReturnType<EventTail['tail']>>['rows'];

function inSeconds(time: number | null | undefined): number | null {
  return time == null ? null : time / 1e6;
}

/** Whether one decimal number is greater than another. */
function isAfter(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
