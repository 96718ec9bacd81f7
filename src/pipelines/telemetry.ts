import type { DecodeContext, Decoder } from '../decoders/decoder.ts';
import type { Locator } from '../enrich/locator.ts';
import type { Matcher } from '../enrich/matcher.ts';
import type { Component, Health } from '../kit/component.ts';
import { AppError } from '../kit/errors.ts';
import type { Metrics } from '../kit/metrics.ts';
import { Occupancy } from '../kit/occupancy.ts';
import { EventBatch } from '../model/batch.ts';
import type { Envelope } from '../model/envelope.ts';
import type { DeadLetter } from '../model/outcome.ts';
import type { TelemetryStore } from '../stores/telemetry/store.ts';
import { GatheringSink, type IngestReport } from './gathering-sink.ts';
import { TelemetryMetrics } from './telemetry-metrics.ts';

/** Rows of one batch: a full request of 10,000 fits behind another one that is waiting. */
const BATCH_ROWS = 20_480;
/** From this many rows on a batch is not held open for more. */
const READY_ROWS = 10_000;
/** Batches being written at the same time: one encodes while the disk works on the other. */
const COMMITS_AT_ONCE = 2;
/** Rows that are located, matched and scored in one turn of the event loop: some 15 ms. */
const TURN_ROWS = 20_480;
/** Payloads from this size on take turns, so that several that arrive together do not hold the event loop as one. */
const LARGE_PAYLOAD_BYTES = 65_536;

export interface TelemetryPipelineParts {
  readonly decoders: readonly Decoder[];
  readonly locator: Locator;
  readonly matcher: Matcher;
  /** Fills `risk` and `risk_reasons` of the rows [from, to). */
  readonly score: (batch: EventBatch, from: number, to: number) => void;
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
  /** Records that may wait for a place in a commit; past it, `ingest` refuses. */
  readonly queueRecords: number;
  /** What has to be there before the first record is taken, such as tables that the first start of all builds. */
  readonly ready: () => Promise<void>;
}

interface OpenBatch {
  readonly batch: EventBatch;
  readonly letters: DeadLetter[];
  readonly committed: Promise<void>;
  settle(error?: unknown): void;
}

/**
 * The path of an event, from bytes to disk:
 *
 *     envelope → decode → [gather] → locate → match → score → commit → acknowledged
 *
 * Whatever arrives while two commits are under way is gathered into the next batch, so that a stream of single events
 * costs one commit for many, and a full request one for itself.
 */
export class TelemetryPipeline implements Component {
  readonly name = 'pipeline';
  readonly #parts: TelemetryPipelineParts;
  readonly #metrics: TelemetryMetrics;
  readonly #decoders = new Map<string, Decoder>();
  readonly #spare: EventBatch[] = [];
  readonly #ready: OpenBatch[] = [];
  readonly #occupancy = new Occupancy();
  #open: OpenBatch | undefined;
  #committing = 0;
  /** Rows of batches that came decoded and are not stored yet. */
  #taken = 0;
  #turn: Promise<void> = Promise.resolve();
  #flushPlanned = false;
  #state: Health['state'] = 'starting';
  #preparing: Promise<void> | undefined;

  constructor(parts: TelemetryPipelineParts) {
    this.#parts = parts;
    for (const decoder of parts.decoders)
      for (const encoding of decoder.encodings) this.#decoders.set(encoding, decoder);
    this.#metrics = new TelemetryMetrics(parts.metrics, () => this.waiting);
  }

  async start(): Promise<void> {
    this.#state = 'ok';
    this.#preparing = this.#parts.ready().then(() => {
      this.#preparing = undefined;
    });
  }

  /** Refuses new envelopes and waits until everything taken is committed. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    while (this.#open || this.#ready.length > 0 || this.#committing > 0 || this.#taken > 0) {
      this.#flush();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  health(): Health {
    return {
      state: this.#state,
      figures: { records_waiting: this.waiting, flows_waiting: this.#taken, commits: this.#committing },
    };
  }

  /** Records decoded and not yet handed to the store. */
  get waiting(): number {
    let rows = this.#open?.batch.length ?? 0;
    for (const { batch } of this.#ready) rows += batch.length;
    return rows;
  }

  /** Milliseconds so far in which something that was taken was not stored yet. */
  get occupied(): number {
    return this.#occupancy.total;
  }

  /**
   * Takes one envelope. Resolves when every record in it is on disk, as an event or as a dead letter.
   * @throws AppError QUEUE_FULL, STORAGE_FULL: nothing was taken; the errors of {@link Decoder} for a payload that
   * cannot be taken as a whole; UNAVAILABLE while stopping.
   */
  async ingest(envelope: Envelope): Promise<IngestReport> {
    if (this.#state !== 'ok') throw new AppError('UNAVAILABLE', 'Vedette is starting or stopping; try again shortly.');
    await this.#preparing;
    this.#occupancy.begin();
    try {
      return await this.#ingest(envelope);
    } finally {
      this.#occupancy.end();
    }
  }

  async #ingest(envelope: Envelope): Promise<IngestReport> {
    if (envelope.payload.length >= LARGE_PAYLOAD_BYTES) await this.#nextTurn();
    const decoder = this.#decoders.get(envelope.encoding);
    if (!decoder) throw new AppError('UNKNOWN_FORMAT', `No decoder reads "${envelope.encoding}".`);
    if (this.waiting >= this.#parts.queueRecords) {
      this.#metrics.refused.inc();
      throw new AppError('QUEUE_FULL', `${this.waiting} records wait already; nothing of this batch was taken.`, {
        retryAfter: 1,
      });
    }

    const touched = new Set<OpenBatch>();
    const sink = this.#decode(decoder, envelope, touched);
    if (touched.size > 0) {
      this.#planFlush();
      await Promise.all([...touched].map((open) => open.committed));
    }
    return sink.report;
  }

  /**
   * Takes a batch that was decoded elsewhere, stamped and all. Resolves when its rows and `letters` are on disk and the
   * batch is empty again. When the store is full it waits and tries again: the sender of datagrams is not told, so what
   * cannot be stored has to stand in its way until its socket drops.
   * @throws AppError UNAVAILABLE when stopped: nothing of it was stored.
   */
  async take(batch: EventBatch, letters: readonly DeadLetter[]): Promise<void> {
    await this.#preparing;
    this.#taken += batch.length;
    this.#occupancy.begin();
    try {
      await this.#enrich(batch);
      for (;;) {
        try {
          await this.#nextTurn();
          return await this.#store(batch, letters);
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'STORAGE_FULL' || this.#state !== 'ok') throw error;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      }
    } finally {
      this.#occupancy.end();
      this.#taken -= batch.length;
      batch.reset();
    }
  }

  #decode(decoder: Decoder, envelope: Envelope, touched: Set<OpenBatch>): GatheringSink {
    const began = performance.now();
    const sink = new GatheringSink(envelope, {
      current: () => {
        const open = this.#openBatch();
        touched.add(open);
        return open;
      },
      full: () => this.#close(),
    });
    const context: DecodeContext = {
      source: envelope.source,
      collectorId: envelope.collectorId ?? '',
      receivedAt: envelope.receivedAt,
      peer: envelope.peer,
    };
    try {
      decoder.decode(envelope.payload, envelope.encoding, context, sink);
    } finally {
      sink.finish();
    }
    this.#metrics.decoded(envelope, sink.report, performance.now() - began);
    return sink;
  }

  #openBatch(): OpenBatch {
    if (this.#open) return this.#open;
    let settle: OpenBatch['settle'] = () => undefined;
    const committed = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Somebody always waits for it, but only after decoding: a failure before that is not "unhandled".
    committed.catch(() => undefined);
    this.#open = { batch: this.#spare.pop() ?? new EventBatch(BATCH_ROWS), letters: [], committed, settle };
    return this.#open;
  }

  /** The open batch takes no more rows. */
  #close(): void {
    if (!this.#open) return;
    this.#ready.push(this.#open);
    this.#open = undefined;
  }

  /** At the end of this turn of the event loop, so that what arrived together is committed together. */
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(async () => {
      await this.#nextTurn();
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  /** Begins one commit, and plans another look where there are more. */
  #flush(): void {
    if (this.#open && (this.#committing === 0 || this.#open.batch.length >= READY_ROWS)) this.#close();
    if (this.#committing === COMMITS_AT_ONCE) return;
    const next = this.#ready.shift();
    if (!next) return;
    this.#committing++;
    void this.#commit(next);
    if (this.#ready.length > 0) this.#planFlush();
  }

  /**
   * Resolves at once for the first caller of a turn of the event loop, a turn later for the next, and so on: of all that
   * takes milliseconds, one piece a turn, so that requests and queries get in between.
   */
  #nextTurn(): Promise<void> {
    const mine = this.#turn;
    this.#turn = mine.then(() => new Promise((resolve) => setImmediate(resolve)));
    return mine;
  }

  async #commit(open: OpenBatch): Promise<void> {
    const { batch } = open;
    let failure: unknown;
    try {
      await this.#enrich(batch);
      await this.#nextTurn();
      await this.#store(batch, open.letters);
    } catch (error) {
      failure = error;
    }
    batch.reset();
    if (this.#spare.length < COMMITS_AT_ONCE + 2) this.#spare.push(batch);
    this.#committing--;
    open.settle(failure);
    this.#flush();
  }

  /** Locates, matches and scores, some rows a turn of the event loop. */
  async #enrich(batch: EventBatch): Promise<void> {
    const { locator, matcher, score } = this.#parts;
    for (let from = 0; from < batch.length; from += TURN_ROWS) {
      if (from > 0) await this.#nextTurn();
      const to = Math.min(from + TURN_ROWS, batch.length);
      const began = performance.now();
      locator.locate(batch, from, to);
      const located = performance.now();
      matcher.match(batch, from, to);
      const matched = performance.now();
      score(batch, from, to);
      this.#metrics.enriched(located - began, matched - located, performance.now() - matched);
    }
  }

  async #store(batch: EventBatch, letters: readonly DeadLetter[]): Promise<void> {
    const began = performance.now();
    try {
      await this.#parts.store.commit(batch, letters);
    } catch (error) {
      this.#metrics.failed.inc();
      throw error;
    }
    this.#metrics.committed(batch, letters, performance.now() - began);
  }
}
