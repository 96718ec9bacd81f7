import { silentLog } from '../../../src/kit/log.ts';
import { Metrics } from '../../../src/kit/metrics.ts';
import type { OutputPosition } from '../../../src/model/output.ts';
import { Budget } from '../../../src/outputs/budget.ts';
import { isAfter } from '../../../src/outputs/event-order.ts';
import { Forwarder } from '../../../src/outputs/forwarder.ts';
import type { ForwarderTuning } from '../../../src/outputs/forwarder-parts.ts';
import type { Output, SendLimits } from '../../../src/outputs/output.ts';
import { seeded } from './random.ts';
import { SimClock } from './sim-clock.ts';
import { SimKeep } from './sim-keep.ts';
import { SimReceiver } from './sim-receiver.ts';
import { SimStore } from './sim-store.ts';

/** After a kill, what was on its way to receiver and state store arrives or not within this time, milliseconds. */
const AFTERMATH = 20_000;

const shared = new Metrics();

/** Store, state store and receiver that outlive the process, and one forwarder after another between them. */
export class SimWorld {
  readonly clock = new SimClock();
  readonly random: () => number;
  readonly store = new SimStore(this.clock);
  readonly keep = new SimKeep(this.clock);
  readonly receiver: SimReceiver;
  readonly budget = new Budget(0.15, this.clock);
  readonly metrics: Metrics;
  readonly filtered: boolean;
  readonly tuning: Partial<ForwarderTuning>;
  pressure = 0;
  forwarder: Forwarder;
  /** Bookmarks from which events were read a second time, with right. */
  readonly resumed: string[] = [];
  readonly faults: string[] = [];
  #kill = () => {};
  #output: Output | undefined;

  constructor(options: {
    readonly seed?: number;
    readonly limits?: Partial<SendLimits>;
    readonly filtered?: boolean;
    readonly tuning?: Partial<ForwarderTuning>;
    /** Of its own; else one that all worlds share, because each one watches the event loop. */
    readonly metrics?: Metrics;
  }) {
    this.random = seeded(options.seed ?? 1);
    this.filtered = options.filtered ?? false;
    this.tuning = options.tuning ?? {};
    this.metrics = options.metrics ?? shared;
    const limits = { events: 10, bytes: 1e6, concurrency: 4, ...options.limits };
    this.receiver = new SimReceiver(this.clock, this.random, limits);
    this.keep.onSave = (position) => this.#inspect(position);
    this.forwarder = this.#make();
  }

  /** The process ends without a word; another one begins from what was saved. */
  async crash(): Promise<void> {
    this.#kill();
    await this.clock.run(AFTERMATH);
    await this.begin();
  }

  /** The process ends as it should; another one begins. */
  async restart(): Promise<void> {
    let stopped = false;
    void this.forwarder.stop().then(() => {
      stopped = true;
    });
    if (!(await this.clock.run(60_000, () => stopped))) this.faults.push('it does not stop');
    this.#kill();
    await this.clock.run(AFTERMATH);
    await this.begin();
  }

  async begin(): Promise<void> {
    this.resumed.push(this.keep.position?.bookmark ?? '0');
    this.receiver.forgive();
    this.forwarder = this.#make();
    void this.forwarder.start();
    await this.clock.run(0);
  }

  async rewind(bookmark: string): Promise<void> {
    this.keep.rewinding = true;
    let ended = false;
    const done = () => {
      ended = true;
    };
    void this.forwarder.rewind(bookmark).then(() => {
      this.resumed.push(bookmark);
      done();
    }, done);
    if (!(await this.clock.run(600_000, () => ended))) this.faults.push('a rewind does not end');
    // A save that failed may have been made nevertheless: then the old bookmark is saved over it again.
    this.resumed.push(bookmark);
    this.keep.rewinding = false;
  }

  /** What forwarders made from now on send to, instead of the receiver. */
  replaceOutput(output: Output): void {
    this.#output = output;
  }

  /** Lets time pass until everything is behind the saved bookmark. */
  async finish(ms = 48 * 3_600_000): Promise<boolean> {
    const done = await this.clock.run(ms, () => (this.keep.position?.bookmark ?? '0') === this.store.head());
    await this.clock.run(120_000);
    return done;
  }

  /** What went wrong in any part, and events that came more often than they may. */
  check(): string[] {
    const faults = [...this.faults, ...this.keep.faults, ...this.receiver.faults];
    const places = this.receiver.limits.concurrency;
    // What was given up by a crash, or by setting the bookmark, may still be under way beside the new.
    if (this.resumed.length === 1 && this.receiver.mostUnderWay > places) faults.push('too many requests at a time');
    for (const event of this.store.events) {
      const taken = this.receiver.taken.get(event.id) ?? 0;
      const again = this.resumed.filter((bookmark) => isAfter(event.id, bookmark)).length;
      const most = (event.wanted ? 1 : 0) * Math.max(1, again) + (this.receiver.unconfirmed.get(event.id) ?? 0);
      if (taken > most) faults.push(`event ${event.row.place} came ${taken} times instead of ${most}`);
      if (event.dropped || !event.wanted || taken > 0 || this.keep.letters.has(event.id)) continue;
      faults.push(`event ${event.row.place} never came`);
    }
    return faults;
  }

  /** Events that the filter wanted, that came nowhere. */
  get missing(): number {
    const { taken } = this.receiver;
    return this.store.events.filter(({ id, wanted }) => wanted && !taken.has(id) && !this.keep.letters.has(id)).length;
  }

  #make(): Forwarder {
    const life = this.clock.life();
    let live = true;
    this.#kill = () => {
      live = false;
      life.kill();
    };
    const alive = () => live;
    const { tail, head, onHead, ahead, commitTime } = this.store;
    return new Forwarder({
      ...{ tail, head, onHead, ahead, commitTime },
      name: 'test',
      output: this.#output ?? this.receiver.output(alive),
      filtered: this.filtered,
      keep: this.keep.of(alive, this.random),
      pressure: () => this.pressure,
      budget: this.budget,
      log: silentLog,
      metrics: this.metrics,
      clock: life.clock,
      random: this.random,
      tuning: this.tuning,
    });
  }

  /** Nothing before a bookmark may be open. */
  #inspect({ bookmark }: OutputPosition): void {
    for (const { id, wanted, dropped, row } of this.store.events) {
      if (isAfter(id, bookmark)) return;
      if (!wanted || dropped || this.receiver.taken.has(id) || this.keep.letters.has(id)) continue;
      this.faults.push(`the bookmark has passed event ${row.place}, which never came`);
    }
  }
}
