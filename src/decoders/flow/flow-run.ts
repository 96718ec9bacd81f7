import type { EventBatch } from '../../model/batch.ts';
import type { Datagram } from './datagram.ts';
import type { Domain } from './domain.ts';
import { readFrameSection } from './frame-section.ts';
import type { PendingSet } from './pending-sets.ts';
import type { DecodeRun } from './template.ts';
import type { TemplateState } from './template-state.ts';

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** What the records of a message are decoded with; one object, set anew for every message. */
export class FlowRun implements DecodeRun {
  bytes: Uint8Array = NO_BYTES;
  view: DataView = NO_VIEW;
  at = 0;
  end = 0;
  receivedAt = 0;
  exportTime = 0;
  bootTime = Number.NaN;
  uptime = 0;
  samplingRate = 1;
  recordRates = true;
  sourceCode = 0;
  exporterCode = 0;
  /** Name of the source of the records. */
  source = '';
  readonly frame = readFrameSection;
  #state: TemplateState | undefined;
  #domain: Domain | undefined;

  /** Turns to the message of a datagram. @param exportTime microseconds, see {@link DecodeRun} for the others. */
  turn(
    datagram: Datagram,
    state: TemplateState,
    domain: Domain,
    exportTime: number,
    bootTime: number,
    uptime: number,
  ): void {
    this.bytes = datagram.bytes;
    this.view = datagram.view;
    this.source = datagram.source;
    this.receivedAt = datagram.receivedAt;
    this.exportTime = exportTime;
    this.bootTime = bootTime;
    this.uptime = uptime;
    this.recordRates = state.exporter.settings.samplingOverride === undefined;
    this.#state = state;
    this.#domain = domain;
  }

  /** Turns to a set that has waited, to decode it as when it came, though with the sampling rates of `now`. */
  turnBack(now: FlowRun, set: PendingSet): void {
    this.bytes = set.bytes;
    this.view = new DataView(set.bytes.buffer, set.bytes.byteOffset, set.bytes.length);
    this.at = 0;
    this.end = set.bytes.length;
    this.source = set.source;
    this.receivedAt = set.receivedAt;
    this.exportTime = set.exportTime;
    this.bootTime = Number.isNaN(set.bootTime) ? now.bootTime : set.bootTime;
    this.uptime = set.uptime;
    this.samplingRate = now.samplingRate;
    this.recordRates = now.recordRates;
    this.#state = now.#state;
    this.#domain = now.#domain;
  }

  /** Finds the codes of source and exporter in the dictionaries of a batch. */
  enter(batch: EventBatch): void {
    this.sourceCode = batch.columns.source.dictionary.intern(this.source);
    this.exporterCode = batch.columns.exporter.dictionary.intern(this.#state?.exporter.name ?? '');
  }

  samplerRate(id: number): number {
    return this.#state && this.#domain ? this.#state.selectorRate(this.#domain, id) : 0;
  }

  applicationName(bytes: Uint8Array, start: number, end: number): string {
    return this.#state?.applications.at(bytes, start, end) ?? '';
  }
}
