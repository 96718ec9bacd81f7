import type { EventRow } from '../../../src/model/event-row.ts';
import { everyPlace } from '../../../src/outputs/delivery-check.ts';
import { delivered } from '../../../src/outputs/http-sender.ts';
import type { Delivery, Output, SendLimits } from '../../../src/outputs/output.ts';
import type { SimClock } from './sim-clock.ts';

/** How a receiver treats a request. `lost-answer` takes all events and then seems to have failed. */
export type Treatment =
  | 'take'
  | 'partial'
  | 'busy'
  | 'later'
  | 'too-large'
  | 'refuse'
  | 'throw'
  | 'lost-answer'
  | 'nonsense';

const OK: Delivery = delivered({ bytes: 0 });

/** A receiver in memory that misbehaves as it is told, and remembers what came. */
export class SimReceiver {
  /** Times that an event was taken, by id. */
  readonly taken = new Map<string, number>();
  /** Times that an event was taken without our being told. */
  readonly unconfirmed = new Map<string, number>();
  readonly limits: SendLimits;
  treat: (rows: readonly EventRow[]) => Treatment = () => 'take';
  /** Events that are refused for good. */
  poison: (row: EventRow) => boolean = () => false;
  /** Events that are too large alone. */
  giant: (row: EventRow) => boolean = () => false;
  latency: () => number = () => 10;
  probe: () => Treatment = () => 'take';
  retryAfter: number | undefined;
  sends = 0;
  probes = 0;
  underWay = 0;
  mostUnderWay = 0;
  /** Things that must not happen. */
  readonly faults: string[] = [];
  #quietUntil = 0;
  readonly #clock: SimClock;
  readonly #random: () => number;

  constructor(clock: SimClock, random: () => number, limits: SendLimits) {
    this.#clock = clock;
    this.#random = random;
    this.limits = limits;
  }

  /** Its output in one process; `alive` ends with it, and nothing comes back after that. */
  output(alive: () => boolean = () => true): Output {
    return {
      limits: this.limits,
      endpoint: 'receiver.example/events',
      send: (rows, signal) => this.#send(rows, signal, alive),
      probe: () => this.#probe(alive),
      close: async () => {},
    };
  }

  /** A new process cannot know that the one before was asked to wait. */
  forgive(): void {
    this.#quietUntil = 0;
  }

  async #probe(alive: () => boolean): Promise<Delivery> {
    this.probes++;
    await this.#clock.sleep(this.latency());
    if (!alive()) return new Promise(() => {});
    const treatment = this.probe();
    if (treatment === 'throw') throw new Error('a fault of the output');
    if (treatment === 'refuse') return { ...OK, outcome: 'blocked', status: 401, code: 'HTTP_401', detail: 'No.' };
    if (treatment === 'take') return OK;
    return { ...OK, outcome: 'retry', status: 503, code: 'HTTP_503', detail: 'Busy.' };
  }

  async #send(rows: readonly EventRow[], signal: AbortSignal, alive: () => boolean): Promise<Delivery> {
    this.#inspect(rows);
    this.sends++;
    this.underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await this.#clock.sleep(this.latency());
    this.underWay--;
    // A process that was killed while it sent: the receiver may have taken it, or not.
    if (!alive() && this.#random() < 0.5) return new Promise(() => {});
    const delivery = this.#treated(rows, signal.aborted ? 'busy' : this.treat(rows));
    return alive() ? delivery : new Promise(() => {});
  }

  #inspect(rows: readonly EventRow[]): void {
    if (rows.length === 0 || rows.length > this.limits.events) this.faults.push(`${rows.length} events in a request`);
    if (this.#clock.elapsed() < this.#quietUntil) this.faults.push('sent although it was asked to wait');
    for (let n = 1; n < rows.length; n++)
      if (Number(rows[n - 1].place) >= Number(rows[n].place)) this.faults.push('events out of order');
  }

  #treated(rows: readonly EventRow[], treatment: Treatment): Delivery {
    const all = everyPlace(rows.length);
    const trouble = { rejected: [], duplicates: 0, bytes: 10, status: 503, code: 'HTTP_503', detail: 'Busy.' };
    if (rows.some((row) => this.giant(row)) || (treatment === 'too-large' && rows.length > 1))
      return { ...trouble, outcome: 'split', left: all, status: 413, code: 'HTTP_413', detail: 'Too large.' };
    switch (treatment) {
      case 'busy':
        return { ...trouble, outcome: 'retry', left: all };
      case 'later':
        this.#quietUntil = this.#clock.elapsed() + (this.retryAfter ?? 0) * 1000;
        return { ...trouble, outcome: 'retry', left: all, status: 429, code: 'HTTP_429', retryAfter: this.retryAfter };
      case 'refuse':
        return { ...trouble, outcome: 'blocked', left: all, status: 401, code: 'HTTP_401', detail: 'No.' };
      case 'throw':
        throw new Error('a fault of the output');
      case 'nonsense':
        return { ...OK, left: [rows.length + 3] };
      case 'lost-answer':
        for (const row of rows) if (!this.poison(row)) this.#take(row, this.unconfirmed);
        return { ...trouble, outcome: 'retry', left: all, status: null, code: 'ECONNRESET', detail: 'Torn.' };
      case 'partial':
        return this.#takeSome(rows, (place) => place === 0 || this.#random() < 0.5);
      default:
        return this.#takeSome(rows, () => true);
    }
  }

  #takeSome(rows: readonly EventRow[], wanted: (place: number) => boolean): Delivery {
    const left: number[] = [];
    const rejected: Delivery['rejected'][number][] = [];
    rows.forEach((row, index) => {
      if (!wanted(index)) left.push(index);
      else if (this.poison(row)) rejected.push({ index, code: 'PARSE', reason: 'No.', original: JSON.stringify(row) });
      else this.#take(row);
    });
    const outcome = left.length > 0 ? 'retry' : 'delivered';
    return { ...OK, outcome, left, rejected, bytes: rows.length * 100 };
  }

  #take(row: EventRow, also?: Map<string, number>): void {
    const id = String(row.id);
    this.taken.set(id, (this.taken.get(id) ?? 0) + 1);
    also?.set(id, (also.get(id) ?? 0) + 1);
  }
}
