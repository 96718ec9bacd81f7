import type { Counter } from 'prom-client';
import type { Component, Health } from '../kit/component.ts';
import { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import { parseFilter } from '../model/filter/parser.ts';
import type {
  OutputChange,
  OutputDeadLetter,
  OutputDeadLetterQuery,
  OutputDefinition,
  OutputDirectory,
  OutputTestResult,
  OutputType,
  OutputView,
} from '../model/output.ts';
import { Budget } from '../outputs/budget.ts';
import type { AnyOutputKind } from '../outputs/output.ts';
import type { StateStore } from '../stores/state/store.ts';
import type { TelemetryStore } from '../stores/telemetry/store.ts';
import { configSchema, readConfig } from './outputs/output-config.ts';
import { type Ingest, Pressure } from './outputs/pressure.ts';
import { resendLetters } from './outputs/resend-letters.ts';
import { RunningOutput } from './outputs/running-output.ts';

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const HOUR_MS = 3_600_000;
/** Dead letters of one output that are kept; above, the oldest go. */
const MAX_LETTERS = 1_000_000;
/** The part of their CPU time that outputs spend there; the rest is reading, compressing and sending. */
const ON_MAIN_THREAD = 0.4;

export interface OutputServiceOptions {
  readonly state: StateStore;
  readonly telemetry: TelemetryStore;
  /** Number of this node: an output forwards what this node committed. */
  readonly node: number;
  readonly kinds: readonly AnyOutputKind[];
  /** Outputs of the file and the environment, by name. */
  readonly configured: ReadonlyMap<string, OutputChange>;
  readonly deadLetterDays: number;
  /** Outputs make room for it. */
  readonly ingest: () => Ingest;
  readonly version: string;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Every output there is: made from its definition, started, changed, looked at. */
export class OutputService implements Component, OutputDirectory {
  readonly name = 'outputs';
  readonly #options: OutputServiceOptions;
  readonly #kinds: ReadonlyMap<OutputType, AnyOutputKind>;
  readonly #budget = new Budget();
  readonly #pressure: Pressure;
  readonly #expired: Counter;
  readonly #running = new Map<string, RunningOutput>();
  /** Changes of one output wait for one another. */
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #state: Health['state'] = 'stopped';

  constructor(options: OutputServiceOptions) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.type, kind]));
    const { ingest } = options;
    this.#pressure = new Pressure({ ingest, delivered: () => this.#budget.total * ON_MAIN_THREAD });
    options.metrics.gauge(
      'vedette_output_pressure',
      'How much outputs make room for ingest: 0 not at all, 1 as much as they can.',
      [],
      (gauge) => gauge.set(this.#pressure.value),
    );
    this.#expired = options.metrics.counter(
      'vedette_output_dead_letters_expired_total',
      'Dead letters of outputs that were removed because of their age or number.',
      ['output'],
    );
  }

  async start(): Promise<void> {
    this.#state = 'starting';
    this.#pressure.start();
    for (const definition of await this.#options.state.outputs.list()) await this.#begin(definition);
    for (const [name, change] of this.#options.configured) await this.#configure(name, change);
    this.#timer = setInterval(() => void this.#expire(), HOUR_MS).unref();
    this.#state = 'ok';
    await this.#expire();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#pressure.stop();
    await this.#turn.catch(() => undefined);
    await Promise.all([...this.#running.values()].map((output) => output.stop()));
    this.#running.clear();
    this.#state = 'stopped';
  }

  health(): Health {
    const states = [...this.#running.values()].map((output) => output.view().status);
    const troubled = states.filter(({ state }) => state === 'retrying' || state === 'blocked');
    const figures = { outputs: states.length, troubled: troubled.length };
    if (this.#state !== 'ok' || troubled.length === 0) return { state: this.#state, figures };
    const detail = troubled.map(({ name, state, lastError }) => `${name} is ${state}: ${lastError?.detail ?? ''}`);
    return { state: 'degraded', detail: detail.join(' '), figures };
  }

  list(): readonly OutputView[] {
    return [...this.#running.values()].map((output) => output.view()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): OutputView | undefined {
    return this.#running.get(name)?.view();
  }

  schemas(): Readonly<Partial<Record<OutputType, object>>> {
    return Object.fromEntries([...this.#kinds].map(([type, kind]) => [type, configSchema(kind)]));
  }

  put(name: string, change: OutputChange): Promise<OutputView> {
    return this.#inTurn(() => this.#put(name, change, 'api'));
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const output = this.#known(name);
      if (this.#options.configured.has(name))
        throw new AppError('CONFLICT', `The output ${name} comes from the settings: remove it there, or pause it.`);
      await output.stop();
      this.#running.delete(name);
      await this.#options.state.outputs.remove(name);
    });
  }

  async test(name: string): Promise<OutputTestResult> {
    return this.#known(name).test();
  }

  pause(name: string): Promise<OutputView> {
    return this.#inTurn(() => this.#setPaused(name, true));
  }

  resume(name: string): Promise<OutputView> {
    return this.#inTurn(() => this.#setPaused(name, false));
  }

  replay(name: string, to: { readonly id: string } | { readonly time: number }): Promise<OutputView> {
    return this.#inTurn(async () => {
      const output = this.#known(name);
      await output.rewind('id' in to ? to.id : this.#options.telemetry.bookmarkAt(to.time));
      return output.view();
    });
  }

  async deadLetters(query: OutputDeadLetterQuery): Promise<OutputDeadLetter[]> {
    this.#known(query.output);
    return this.#options.state.outputs.letters(query);
  }

  async deadLetter(name: string, id: string): Promise<OutputDeadLetter | undefined> {
    this.#known(name);
    return this.#options.state.outputs.letter(name, id);
  }

  async replayDeadLetters(name: string, ids?: readonly string[]) {
    const output = this.#known(name);
    const { state, telemetry } = this.#options;
    const result = await resendLetters({ output, letters: state.outputs, telemetry, ids });
    await output.countLetters();
    return result;
  }

  async purgeDeadLetters(name: string, ids?: readonly string[]): Promise<number> {
    const output = this.#known(name);
    const removed = await this.#options.state.outputs.dropLetters(name, ids);
    await output.countLetters();
    return removed;
  }

  async #put(name: string, change: OutputChange, origin: OutputDefinition['origin']): Promise<OutputView> {
    if (!NAME.test(name))
      throw new AppError(
        'INVALID_PARAMETER',
        `"${name}" is no name of an output: lower case letters, digits, - and _, beginning with a letter.`,
      );
    const before = this.#running.get(name);
    if (before && before.definition.type !== change.type)
      throw new AppError('CONFLICT', `The output ${name} is of type ${before.definition.type}; remove it first.`);
    const kind = this.#kind(change.type);
    const filter = change.filter ?? before?.definition.filter ?? '';
    parseFilter(filter);
    const now = new Date().toISOString();
    const definition: OutputDefinition = {
      name,
      type: change.type,
      config: readConfig(kind, change.config, before?.definition.config),
      filter,
      paused: before?.definition.paused ?? false,
      origin: this.#options.configured.has(name) ? 'settings' : origin,
      createdAt: before?.definition.createdAt ?? now,
      updatedAt: now,
    };
    // Made before anything is stored: what cannot be made (a refused address, a folder that is not there) is not kept.
    const next = this.#make(definition);
    await this.#options.state.outputs.put(definition);
    await before?.stop();
    this.#running.set(name, next);
    await next.start(change.start ?? 'now');
    return next.view();
  }

  /** One of the settings that cannot be made must not keep the product from starting: it is logged and shows in no list. */
  async #configure(name: string, change: OutputChange): Promise<void> {
    try {
      await this.#put(name, change, 'settings');
    } catch (error) {
      this.#options.log.error({ output: name, err: error }, 'the output of the settings cannot be used');
    }
  }

  async #begin(definition: OutputDefinition): Promise<void> {
    try {
      const output = this.#make(definition);
      this.#running.set(definition.name, output);
      await output.start('now');
    } catch (error) {
      this.#options.log.error({ output: definition.name, err: error }, 'the output cannot be started');
    }
  }

  #make(definition: OutputDefinition): RunningOutput {
    const { state, telemetry, node, version, metrics, log } = this.#options;
    const kind = this.#kind(definition.type);
    return new RunningOutput({
      definition,
      kind,
      outputs: state.outputs,
      telemetry,
      node,
      version,
      pressure: () => this.#pressure.value,
      budget: this.#budget,
      metrics,
      log,
    });
  }

  async #setPaused(name: string, paused: boolean): Promise<OutputView> {
    const output = this.#known(name);
    await output.setPaused(paused);
    return output.view();
  }

  async #expire(): Promise<void> {
    const { state, deadLetterDays, log } = this.#options;
    const before = (Date.now() - deadLetterDays * 24 * HOUR_MS) * 1000;
    try {
      for (const [name, removed] of await state.outputs.expireLetters(before, MAX_LETTERS)) {
        log.info({ output: name, removed }, 'dead letters expired');
        this.#expired.inc({ output: name }, removed);
        await this.#running.get(name)?.countLetters();
      }
    } catch (error) {
      log.warn({ err: error }, 'dead letters of outputs could not be expired; tried again in an hour');
    }
  }

  #kind(type: OutputType): AnyOutputKind {
    const kind = this.#kinds.get(type);
    if (!kind) throw new AppError('INVALID_PARAMETER', `There is no output of type ${type}.`);
    return kind;
  }

  #known(name: string): RunningOutput {
    const output = this.#running.get(name);
    if (!output) throw new AppError('NOT_FOUND', `There is no output ${name}.`);
    return output;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
