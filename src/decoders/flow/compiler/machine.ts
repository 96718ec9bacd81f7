import type { BatchColumns, DictColumn, EventBatch } from '../../../model/batch.ts';
import type { Dictionary } from '../../../model/dictionary.ts';
import type { DecodeRun } from '../template.ts';

/** Words of flowEndReason (136), by its number (IANA registry). */
const END_REASONS = ['', 'idle-timeout', 'active-timeout', 'end-of-flow', 'forced-end', 'lack-of-resources'];
/** Words of firewallEvent (233), by its number (IANA registry). */
export const FIREWALL_EVENTS = ['', 'created', 'deleted', 'denied', 'alert', 'update'];
const STATES = [...END_REASONS, ...FIREWALL_EVENTS];

/** What the helpers of one compiled template work on; set at the start of each call of its decoder. */
export class Machine {
  /** Keys of `attrs` as they are written: `,"src_mac":`. */
  readonly keys: readonly Uint8Array[];
  run!: DecodeRun;
  batch!: EventBatch;
  columns!: BatchColumns;
  bytes!: Uint8Array;
  view!: DataView;
  /** The `attrs` of the row at hand: where they begin and end in `out`. */
  out: Uint8Array = new Uint8Array(0);
  begin = 0;
  at = 0;
  /** Whether a list was opened and not closed. */
  inList = false;
  /** The sampler asked for last and its rate; -1 is none. */
  sampler = -1;
  samplerRate = 0;
  readonly #states = new Uint32Array(STATES.length);
  #statesOf: Dictionary | undefined;

  constructor(keys: readonly Uint8Array[]) {
    this.keys = keys;
  }

  begins(run: DecodeRun, batch: EventBatch): void {
    this.run = run;
    this.batch = batch;
    this.columns = batch.columns;
    this.bytes = run.bytes;
    this.view = run.view;
    this.sampler = -1;
  }

  /** Code of the word for an event of a firewall, or else for the reason a flow ended; 0 when neither is known. */
  stateCode(column: DictColumn, firewallEvent: number, endReason: number): number {
    if (this.#statesOf !== column.dictionary) {
      this.#statesOf = column.dictionary;
      this.#states.fill(0);
    }
    const state =
      firewallEvent > 0 && firewallEvent < FIREWALL_EVENTS.length
        ? END_REASONS.length + firewallEvent
        : endReason < END_REASONS.length
          ? endReason
          : 0;
    if (state === 0) return 0;
    if (this.#states[state] === 0) this.#states[state] = column.dictionary.intern(STATES[state]);
    return this.#states[state];
  }
}
