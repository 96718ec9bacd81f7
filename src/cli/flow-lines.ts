import type { Exporter } from '../decoders/flow/exporter.ts';
import type { FieldValue, FlowObserver, OptionsRecord } from '../decoders/flow/flow-observer.ts';
import type { FlowSink } from '../decoders/flow/flow-sink.ts';
import { EventBatch } from '../model/batch.ts';
import type { InterfaceCounters, TemplateReport } from '../model/exporter.ts';
import { formatTime } from '../model/filter/time.ts';
import { CsvPrinter, type FlowPrinter, JsonPrinter } from './flow-printer.ts';
import { TablePrinter } from './flow-table.ts';
import { LineBuffer } from './line-buffer.ts';
import type { OutputFormat } from './output.ts';

const ROWS = 4096;

export interface LineOptions {
  readonly format: OutputFormat;
  /** Columns to print; undefined is what the format prints of itself. */
  readonly fields: readonly string[] | undefined;
  /** Print what is not a flow as well, and say of each line what it is. */
  readonly all: boolean;
  /** Lines at most. */
  readonly limit: number;
  /** Columns of the terminal; undefined where there is none. */
  readonly width: number | undefined;
}

/** What the decoders fill and tell, turned into lines in the order in which it came. */
export class FlowLines implements FlowSink, FlowObserver {
  readonly batch = new EventBatch(ROWS);
  readonly out = new LineBuffer();
  /** Lines printed, and flows among them. */
  lines = 0;
  flows = 0;
  /** Why datagrams could not be read, with how often. */
  readonly rejected = new Map<string, number>();
  /** When the datagram that is being decoded came, microseconds since 1970. */
  now = 0;
  readonly #printer: FlowPrinter;
  readonly #limit: number;
  #printed = 0;

  constructor({ format, fields, all, limit, width }: LineOptions) {
    this.#limit = limit;
    if (format === 'csv') this.#printer = new CsvPrinter(this.batch, this.out, fields);
    else if (format === 'table') this.#printer = new TablePrinter(this.batch, this.out, fields, width);
    else this.#printer = new JsonPrinter(this.batch, this.out, fields, format === 'json', all);
    this.#printer.begin();
  }

  /** The limit is reached: nothing more will be printed. */
  get done(): boolean {
    return this.lines >= this.#limit;
  }

  full(): void {
    this.#print();
    this.#printed = 0;
    this.batch.reset();
  }

  reject(_reason: string, detail: string): void {
    this.rejected.set(detail, (this.rejected.get(detail) ?? 0) + 1);
  }

  template(exporter: Exporter, template: TemplateReport): void {
    const { protocol, domain, id, kind, fields, record_bytes } = template;
    this.#record('template', exporter, { protocol, domain, id, kind, record_bytes, fields });
  }

  options(exporter: Exporter, { protocol, domain, template, scope, fields }: OptionsRecord): void {
    this.#record('options', exporter, { protocol, domain, template, scope, fields });
  }

  counters(
    exporter: Exporter,
    index: number,
    counters: InterfaceCounters | null,
    fields: Readonly<Record<string, FieldValue>>,
  ): void {
    const at = counters ? { ...counters, at: formatTime(counters.at) } : null;
    this.#record('counters', exporter, { interface: index, counters: at, fields });
  }

  /** Lines of everything so far, in bytes; only between datagrams. */
  take(): Uint8Array {
    this.full();
    return this.out.take();
  }

  /** The last bytes. */
  end(): Uint8Array {
    this.full();
    this.#printer.end();
    return this.out.take();
  }

  #record(record: string, exporter: Exporter, values: Readonly<Record<string, unknown>>): void {
    // The decoder may be in the middle of filling the batch: what is complete is printed, nothing is emptied.
    this.#print();
    if (this.done) return;
    this.lines++;
    this.#printer.record({ record, ts: formatTime(this.now), exporter: exporter.name, ...values });
  }

  #print(): void {
    const to = Math.min(this.batch.length, this.#printed + this.#limit - this.lines);
    if (to > this.#printed) {
      this.#printer.rows(this.#printed, to);
      this.lines += to - this.#printed;
      this.flows += to - this.#printed;
    }
    this.#printed = this.batch.length;
  }
}
