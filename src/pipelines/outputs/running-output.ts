import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';
import { type Column, columnNamed } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import {
  NO_COUNTS,
  type OutputChange,
  type OutputDefinition,
  type OutputTestResult,
  type OutputView,
} from '../../model/output.ts';
import type { Budget } from '../../outputs/budget.ts';
import { Forwarder } from '../../outputs/forwarder.ts';
import type { NewDeadLetter } from '../../outputs/forwarder-parts.ts';
import type { AnyOutputKind, Output } from '../../outputs/output.ts';
import type { StateStore } from '../../stores/state/store.ts';
import type { TelemetryStore } from '../../stores/telemetry/store.ts';
import { maskConfig } from './output-config.ts';
import { testEvent } from './test-event.ts';

/** Milliseconds that one request of a person (a test, dead letters sent again) may take. */
const PATIENCE_MS = 30_000;
/** Between new dead letters and their being counted. */
const COUNT_MS = 2000;

export interface RunningOutputParts {
  readonly definition: OutputDefinition;
  readonly kind: AnyOutputKind;
  readonly outputs: StateStore['outputs'];
  readonly telemetry: TelemetryStore;
  readonly node: number;
  readonly version: string;
  readonly pressure: () => number;
  readonly budget: Budget;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** An output with its forwarder, and what a person may ask of it. */
export class RunningOutput {
  readonly #parts: RunningOutputParts;
  readonly #output: Output;
  readonly #forwarder: Forwarder;
  #definition: OutputDefinition;
  #letters = 0;
  #counting: NodeJS.Timeout | undefined;

  /** @throws AppError when it cannot be made of its configuration. */
  constructor(parts: RunningOutputParts) {
    const { definition, kind, outputs, node, version, metrics, log } = parts;
    const { name } = definition;
    this.#parts = parts;
    this.#definition = definition;
    this.#output = kind.make({ ...definition.config }, { name, version, log, now: Date.now });
    this.#forwarder = new Forwarder({
      ...tailOf(parts),
      name,
      output: this.#output,
      keep: {
        load: () => outputs.position(name, node),
        save: async (position, letters) => {
          await outputs.save(name, node, position, letters);
          if (letters.length > 0) this.#countSoon();
        },
      },
      pressure: parts.pressure,
      budget: parts.budget,
      paused: definition.paused,
      metrics,
      log,
    });
  }

  get name(): string {
    return this.#definition.name;
  }

  get definition(): OutputDefinition {
    return this.#definition;
  }

  /** @param begin where it begins when it has no bookmark yet. */
  async start(begin: NonNullable<OutputChange['start']>): Promise<void> {
    const { outputs, telemetry, node } = this.#parts;
    const known = await outputs.position(this.name, node);
    if (known === undefined) {
      const bookmark = begin === 'oldest' ? '0' : begin === 'now' ? telemetry.head() : telemetry.bookmarkAt(begin);
      await outputs.save(this.name, node, { bookmark, counts: NO_COUNTS, ahead: {} }, []);
    }
    await this.countLetters();
    await this.#forwarder.start();
  }

  async stop(): Promise<void> {
    await this.#forwarder.stop();
    clearTimeout(this.#counting);
  }

  view(): OutputView {
    const { kind } = this.#parts;
    const { name, type, filter, origin } = this.#definition;
    return {
      ...this.#definition,
      config: maskConfig(kind, this.#definition.config),
      status: { name, type, filter, origin, deadLetters: this.#letters, ...this.#forwarder.status() },
    };
  }

  async setPaused(paused: boolean): Promise<void> {
    const definition = { ...this.#definition, paused, updatedAt: new Date().toISOString() };
    await this.#parts.outputs.put(definition);
    this.#definition = definition;
    if (paused) await this.#forwarder.pause();
    else await this.#forwarder.resume();
  }

  rewind(bookmark: string): Promise<void> {
    return this.#forwarder.rewind(bookmark);
  }

  async test(): Promise<OutputTestResult> {
    const row = testEvent(Date.now() * 1000);
    const result = await this.#forwarder.test(row);
    return { ...result, target: this.name, request_id: String(row.id) };
  }

  /** Sends these events past queue, pause and bookmark. */
  async resend(rows: readonly EventRow[]): Promise<{
    readonly accepted: readonly string[];
    readonly rejected: readonly NewDeadLetter[];
    readonly left: readonly string[];
  }> {
    const at = new Date().toISOString();
    const accepted: string[] = [];
    const rejected: NewDeadLetter[] = [];
    const left: string[] = [];
    // One by one where the receiver says that they are too large together.
    const queue: (readonly EventRow[])[] = rows.length > 0 ? [rows] : [];
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const delivery = await this.#output.send(batch, AbortSignal.timeout(PATIENCE_MS));
      const open = new Set(delivery.left);
      const refused = new Map(delivery.rejected.map((each) => [each.index, each]));
      for (const [index, row] of batch.entries()) {
        const id = String(row.id);
        const { code, reason, original } = refused.get(index) ?? { code: '', reason: '', original: '' };
        if (refused.has(index))
          rejected.push({ eventId: id, code, reason, original, attempts: 1, firstAt: at, lastAt: at });
        else if (!open.has(index)) accepted.push(id);
        else if (delivery.outcome === 'split' && batch.length > 1) queue.push([row]);
        else left.push(id);
      }
      if (delivery.outcome === 'retry' || delivery.outcome === 'blocked') {
        left.push(...queue.flat().map((row) => String(row.id)));
        break;
      }
    }
    return { accepted, rejected, left };
  }

  /** Dead letters of events that were refused once more. */
  async keepLetters(letters: readonly NewDeadLetter[]): Promise<void> {
    if (letters.length > 0) await this.#parts.outputs.addLetters(this.name, letters);
  }

  async countLetters(): Promise<void> {
    this.#letters = await this.#parts.outputs.countLetters(this.name);
  }

  /** Counting a million rows takes a while: not with every save. */
  #countSoon(): void {
    this.#counting ??= setTimeout(() => {
      this.#counting = undefined;
      this.countLetters().catch((error) => {
        this.#parts.log.warn({ err: error }, 'dead letters could not be counted');
      });
    }, COUNT_MS).unref();
  }
}

/** The store as a forwarder sees it: only what its filter wants. */
function tailOf({ telemetry, definition }: RunningOutputParts) {
  const filter = parseFilter(definition.filter);
  const requestId = `output-${definition.name}`;
  let known: { readonly names: readonly string[]; readonly columns: readonly Column[] } | undefined;
  const columnsOf = (names: readonly string[] | undefined) => {
    if (names === undefined) return undefined;
    if (known?.names !== names) known = { names, columns: names.map(columnNamed) };
    return known.columns;
  };
  return {
    filtered: filter !== undefined,
    tail: (after: string, limit: number, columns: readonly string[] | undefined, signal: AbortSignal) =>
      telemetry.tail({ after, limit, filter, columns: columnsOf(columns) }, { signal, requestId }),
    head: () => telemetry.head(),
    onHead: (listener: () => void) => telemetry.onHead(listener),
    ahead: (after: string, signal: AbortSignal) => telemetry.ahead(after, { signal, requestId }),
    commitTime: (id: string) => telemetry.commitTime(id),
  };
}
