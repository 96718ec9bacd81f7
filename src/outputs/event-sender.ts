import type { EventRow } from '../model/event-row.ts';
import { asked, backoff } from './backoff.ts';
import { BatchSizer } from './batch-sizer.ts';
import { Breaker } from './breaker.ts';
import { Concurrency } from './concurrency.ts';
import { deadLetterOf } from './dead-letter.ts';
import { checked, everyPlace, failedDelivery } from './delivery-check.ts';
import type { Cut } from './event-reader.ts';
import type { Clock } from './forwarder-clock.ts';
import type { ForwarderFigures } from './forwarder-figures.ts';
import type { ForwarderMetrics } from './forwarder-metrics.ts';
import type { ForwarderParts, ForwarderTuning } from './forwarder-parts.ts';
import type { Delivery } from './output.ts';
import type { PositionSaver } from './position-saver.ts';
import type { Problems } from './problems.ts';
import { countDays } from './receipt-days.ts';
import { type Shipment, Shipments } from './shipments.ts';
import type { Window } from './window.ts';

/** At most so many requests of one output are under way. */
const MOST_CONCURRENT = 8;
/** A batch that failed so often while others succeeded is halved: it may hold an event that the receiver chokes on. */
const SUSPECT = 4;
/** A probe that takes longer is given up, milliseconds. */
const PROBE_LIMIT = 60_000;
/** To compress, to send and to read the answer, in other threads and the kernel, takes about twice as long as to encode. */
const WITH_SENDING = 3;
/** Between two log lines about failed requests, milliseconds. */
const QUIET = 60_000;

interface Flight {
  readonly shipment: Shipment;
  readonly controller: AbortController;
  readonly turn: number;
  readonly round: number;
  readonly began: number;
  /** When it is given up. */
  limit: number;
}

export interface EventSenderOptions {
  readonly parts: ForwarderParts;
  readonly tuning: ForwarderTuning;
  readonly clock: Clock;
  readonly random: () => number;
  readonly problems: Problems;
  readonly window: Window;
  readonly saver: PositionSaver;
  readonly figures: ForwarderFigures;
  readonly metrics: ForwarderMetrics;
  /** Told how many milliseconds of CPU time were worked. */
  readonly worked: (busy: number) => void;
  /** Called when there may be something to do again. */
  readonly wake: () => void;
}

/** Sends batches and decides by what became of each what is sent next, and when. */
export class EventSender {
  readonly #o: EventSenderOptions;
  readonly #places: number;
  readonly #breaker: Breaker;
  readonly #concurrency: Concurrency;
  readonly #sizer: BatchSizer;
  readonly #shipments = new Shipments();
  #flights = new Set<Flight>();
  #probe: { readonly controller: AbortController; readonly limit: number } | undefined;
  #holdUntil = 0;
  #failing = false;
  #told = false;
  #quietUntil = 0;
  #successes = 0;
  #lastSuccess: number | null = null;

  constructor(options: EventSenderOptions) {
    this.#o = options;
    const { limits } = options.parts.output;
    this.#places = Math.max(1, Math.min(MOST_CONCURRENT, Math.floor(limits.concurrency)));
    this.#breaker = new Breaker(options.random);
    this.#concurrency = new Concurrency(this.#places);
    this.#sizer = new BatchSizer(limits);
  }

  /** Events of the next batch. */
  get batch(): number {
    return this.#sizer.events;
  }

  get underWay(): number {
    return this.#flights.size;
  }

  get condition(): 'running' | 'retrying' | 'blocked' {
    if (this.#breaker.blocked) return 'blocked';
    if (this.#breaker.hopeful && this.#shipments.size + this.#flights.size === 0) return 'running';
    return this.#failing || this.#breaker.circuit !== 'closed' ? 'retrying' : 'running';
  }

  get circuit(): Breaker['circuit'] {
    return this.#breaker.circuit;
  }

  get concurrency(): number {
    return this.#concurrency.current;
  }

  /** Milliseconds since 1970. */
  get lastSuccess(): number | null {
    return this.#lastSuccess;
  }

  /** When it is tried again, on the clock that only grows; undefined when it is not waiting. */
  get retryAt(): number | undefined {
    if (this.#breaker.circuit === 'open') return this.#breaker.until;
    if (this.#breaker.circuit === 'half-open' || this.#shipments.size === 0) return undefined;
    const at = Math.max(this.#shipments.nextDue(), this.#holdUntil);
    return at > this.#o.clock.elapsed() ? at : undefined;
  }

  /**
   * Begins one request at most, so that others get their turn between two.
   * @param rest before this no new one begins.
   * @param cut takes the next events that were read.
   * @returns when it wants to be called again; `now` when it could begin another one.
   */
  step(now: number, rest: number, cut: (limit: number) => Cut | undefined): number {
    const overdue = this.#giveUp(now);
    if (this.#breaker.circuit === 'open') {
      if (now < this.#breaker.until) return Math.min(overdue, this.#breaker.until);
      void this.#ask(now);
      return now;
    }
    if (!this.#breaker.allows(this.#flights.size) || this.#flights.size >= this.#concurrency.current) return overdue;
    if (this.#o.saver.letterSize > this.#o.tuning.letterLimit) return overdue;
    const gate = Math.max(rest, this.#holdUntil);
    if (now < gate) return Math.min(overdue, gate);
    const shipment = this.#next(now, cut);
    if (!shipment) return Math.min(overdue, this.#shipments.nextDue());
    void this.#send(shipment, now);
    return now;
  }

  /** There is reason to believe that the receiver works again. */
  hurry(): void {
    this.#breaker.hurry(this.#o.clock.elapsed());
    this.#o.wake();
  }

  /** Gives up what is under way: whatever becomes of it is not looked at any more. */
  restart(): void {
    const flights = this.#flights;
    this.#flights = new Set();
    this.#shipments.clear();
    this.#failing = false;
    for (const { controller } of flights) controller.abort();
  }

  /** Asks what is under way to end. */
  abort(): void {
    this.#probe?.controller.abort();
    for (const { controller } of this.#flights) controller.abort();
  }

  #next(now: number, cut: (limit: number) => Cut | undefined): Shipment | undefined {
    if (this.#breaker.circuit === 'half-open') return this.#fresh(cut) ?? this.#shipments.takeBest();
    return this.#shipments.takeDue(now) ?? this.#fresh(cut);
  }

  #fresh(cut: (limit: number) => Cut | undefined): Shipment | undefined {
    if (this.#o.window.unsettled >= this.#places) return undefined;
    const taken = cut(this.#sizer.events);
    if (!taken) return undefined;
    const { rows, upTo } = taken;
    const entry = this.#o.window.add(rows.length, String(rows[0].id), upTo, countDays(rows));
    return { entry, rows, attempts: 0, tries: 0, due: 0, firstAt: 0, again: false, successes: this.#successes };
  }

  async #send(shipment: Shipment, now: number): Promise<void> {
    const { clock, parts, tuning } = this.#o;
    const controller = new AbortController();
    const flight: Flight = {
      shipment: { ...shipment, tries: shipment.tries + 1, firstAt: shipment.firstAt || clock.now() },
      controller,
      turn: this.#breaker.turn,
      round: this.#concurrency.turn,
      began: now,
      limit: now + tuning.sendLimit,
    };
    const flights = this.#flights;
    flights.add(flight);
    if (shipment.again) this.#countAgain(shipment.rows.length);
    const beside = flights.size;
    const delivery = await this.#deliver(shipment.rows, controller.signal);
    flights.delete(flight);
    // After a restart the events are no longer ours to count: they are read again.
    if (flights !== this.#flights) return;
    const seconds = (clock.elapsed() - flight.began) / 1000;
    if (delivery.outcome === 'delivered' || delivery.status !== null) this.#o.metrics.request(seconds);
    const left = this.#settle(flight.shipment, delivery);
    this.#follow(flight, delivery, left, seconds, Math.max(beside, flights.size + 1));
    parts.log.debug({ output: parts.name, events: shipment.rows.length, outcome: delivery.outcome, seconds }, 'sent');
    this.#o.wake();
  }

  async #deliver(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    const { clock, parts } = this.#o;
    const began = clock.elapsed();
    let encoded = false;
    const worked = () => {
      if (!encoded) this.#o.worked((clock.elapsed() - began) * WITH_SENDING);
      encoded = true;
    };
    try {
      // Encoding happens before `send` gives its promise back: that is the time of the main thread it takes.
      const answer = parts.output.send(rows, signal);
      worked();
      return checked(await answer, rows.length);
    } catch (error) {
      worked();
      return this.#thrown(error, rows.length);
    }
  }

  #thrown(error: unknown, events: number): Delivery {
    const { log, name } = this.#o.parts;
    log.error({ err: error, output: name, code: 'INTERNAL' }, 'an output threw, which is a fault in Vedette');
    return failedDelivery(everyPlace(events), 'INTERNAL', 'The output failed in a way it should not; see the log.');
  }

  /** Counts and buries what is settled. @returns what is not. */
  #settle(shipment: Shipment, delivery: Delivery): readonly number[] {
    const { rows, entry, firstAt, tries } = shipment;
    const refused = [...delivery.rejected];
    let { left } = delivery;
    if (delivery.outcome === 'split' && rows.length === 1 && left.length === 1) {
      const original = JSON.stringify(rows[0]);
      refused.push({ index: 0, code: delivery.code || 'TOO_LARGE', reason: delivery.detail, original });
      left = [];
    }
    if (delivery.resent) this.#countAgain(delivery.resent);
    // A receiver that took the events and warns: nearly full, cut short, not acknowledged.
    if (delivery.outcome === 'delivered' && delivery.code !== '') this.#o.problems.note(delivery.code, delivery.detail);
    const at = this.#o.clock.now();
    for (const { index, ...why } of refused) {
      this.#o.saver.bury(deadLetterOf(rows[index], why, tries, firstAt, at));
      this.#o.problems.note(why.code, why.reason);
    }
    const dead = refused.length;
    const sent = rows.length - left.length - dead;
    if (sent + dead === 0) return left;
    const duplicates = Math.min(delivery.duplicates, sent);
    const bytes = delivery.bytes;
    this.#o.window.settle(entry, { sent, dead, duplicates, bytes });
    this.#o.saver.touch();
    this.#o.metrics.settled(sent, dead, duplicates, bytes);
    this.#o.figures.delivered(this.#o.clock.elapsed(), sent, bytes);
    if (sent > 0) this.#lastSuccess = at;
    return left;
  }

  /** Draws the conclusions for what is sent next. */
  #follow(flight: Flight, delivery: Delivery, left: readonly number[], seconds: number, beside: number): void {
    const rows = flight.shipment.rows;
    const progress = left.length < rows.length;
    switch (delivery.outcome) {
      case 'delivered':
        this.#concurrency.succeeded(seconds, beside);
        this.#sizer.delivered(rows.length, delivery.body, delivery.bytes);
        this.#o.figures.answered(seconds);
        this.#succeeded(flight.turn, true);
        return;
      case 'split':
        this.#succeeded(flight.turn, false);
        if (!progress && rows.length > 1) this.#sizer.tooLarge(rows.length);
        this.#halve(flight.shipment, left, { due: 0, again: true });
        return;
      case 'blocked':
        this.#note(delivery);
        this.#again(flight.shipment, left, 0, 0);
        if (this.#breaker.refused(this.#o.clock.elapsed(), flight.turn)) this.#opened(delivery);
        return;
      case 'retry':
        this.#retry(flight, delivery, left, progress);
    }
  }

  #retry(flight: Flight, delivery: Delivery, left: readonly number[], progress: boolean): void {
    const { clock, random } = this.#o;
    const now = clock.elapsed();
    this.#note(delivery);
    this.#concurrency.failed(flight.round);
    const attempts = progress ? 1 : flight.shipment.attempts + 1;
    this.#again(flight.shipment, left, attempts, now + backoff(attempts, random, delivery.retryAfter));
    this.#holdUntil = Math.max(this.#holdUntil, now + asked(delivery.retryAfter));
    if (progress) this.#succeeded(flight.turn, false);
    else if (this.#breaker.failed(now, flight.turn, delivery.retryAfter)) this.#opened(delivery);
  }

  #again(shipment: Shipment, left: readonly number[], attempts: number, due: number): void {
    if (left.length === 0) return;
    const successes = attempts > 1 ? shipment.successes : this.#successes;
    const next = { ...shipment, attempts, successes };
    if (attempts >= SUSPECT && this.#successes > successes) this.#halve(next, left, { due, again: true });
    else this.#shipments.put({ ...next, rows: pick(shipment.rows, left), due, again: true });
  }

  #halve(shipment: Shipment, left: readonly number[], change: Partial<Shipment>): void {
    const middle = Math.ceil(left.length / 2);
    for (const half of [left.slice(0, middle), left.slice(middle)])
      if (half.length > 0) this.#shipments.put({ ...shipment, ...change, rows: pick(shipment.rows, half) });
  }

  #countAgain(events: number): void {
    this.#o.window.retried(events);
    this.#o.metrics.retried(events);
    this.#o.saver.touch();
  }

  /** @param whole everything that was sent is settled. */
  #succeeded(turn: number, whole: boolean): void {
    const { log, name } = this.#o.parts;
    if (whole) {
      this.#successes++;
      if (this.#failing && turn === this.#breaker.turn) {
        this.#failing = false;
        if (this.#told) log.info({ output: name }, 'an output delivers again');
        this.#told = false;
      }
    }
    if (!this.#breaker.succeeded(turn)) return;
    this.#concurrency.restart();
    this.#shipments.release(this.#o.clock.elapsed());
  }

  #note({ code, detail }: Delivery): void {
    const { log, name } = this.#o.parts;
    this.#o.problems.note(code, detail);
    this.#failing = true;
    const now = this.#o.clock.elapsed();
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + QUIET;
    this.#told = true;
    log.warn({ output: name, code, detail }, 'an output could not deliver; it is tried again');
  }

  #opened({ code, detail, outcome }: Delivery): void {
    const { log, name } = this.#o.parts;
    const seconds = Math.round((this.#breaker.until - this.#o.clock.elapsed()) / 1000);
    log.warn({ output: name, code, detail, outcome, seconds }, 'an output waits before it asks its receiver again');
  }

  /** Asks the receiver whether it would take events. */
  async #ask(now: number): Promise<void> {
    const { clock, parts } = this.#o;
    this.#breaker.probing();
    const turn = this.#breaker.turn;
    const controller = new AbortController();
    this.#probe = { controller, limit: now + PROBE_LIMIT };
    let delivery: Delivery;
    try {
      delivery = await parts.output.probe(controller.signal);
    } catch (error) {
      delivery = this.#thrown(error, 0);
    }
    this.#probe = undefined;
    if (delivery.outcome === 'delivered') this.#breaker.probed();
    else {
      this.#note(delivery);
      if (delivery.outcome === 'blocked') this.#breaker.refused(clock.elapsed(), turn);
      else this.#breaker.failed(clock.elapsed(), turn, delivery.retryAfter);
    }
    this.#o.wake();
  }

  /** Gives up what takes too long. @returns when the next of them does. */
  #giveUp(now: number): number {
    let next = this.#probe?.limit ?? Number.POSITIVE_INFINITY;
    if (this.#probe && now >= next) {
      this.#probe.controller.abort();
      next = Number.POSITIVE_INFINITY;
    }
    for (const flight of this.#flights) {
      if (now >= flight.limit) {
        flight.limit = Number.POSITIVE_INFINITY;
        flight.controller.abort();
      }
      next = Math.min(next, flight.limit);
    }
    return next;
  }
}

function pick(rows: readonly EventRow[], places: readonly number[]): readonly EventRow[] {
  return places.length === rows.length ? rows : places.map((place) => rows[place]);
}
