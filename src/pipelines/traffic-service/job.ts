import { randomUUID } from 'node:crypto';
import { AppError } from '../../kit/errors.ts';
import type { JobState, TrafficJob, TrafficSource } from '../../model/traffic-view.ts';
import type { Anomaly, Window } from '../../model/window.ts';
import { CaptureError } from '../../packets/capture-error.ts';
import type { CaptureInput } from './capture-input.ts';

interface Finished {
  readonly totals: { readonly packets: number; readonly events?: number };
}

/** One run of the analysis, as the rest of this folder needs it; see `TrafficAnalysis`. */
export interface Analysis {
  read(source: AsyncIterable<Uint8Array>, onProblem: (text: string) => void): Promise<void>;
  /** Ends reading early. */
  stop(): void;
  finish(): Finished | Promise<Finished>;
  /** Lets go of what it holds besides memory; also where it was not finished. */
  close?(): void;
}

export interface AnalysisHooks {
  onWindow(window: Window): void;
  onAnomaly(anomaly: Anomaly): void;
  onProgress(bytes: number): Promise<void>;
}

export interface AnalysisOptions {
  /** Length of a window. */
  readonly seconds: number;
  readonly source: TrafficSource;
  /** What is analysed: a file or an interface. */
  readonly input: string;
  /** Identity of the capture; undefined for packets of a live one that were analysed before, when they came. */
  readonly run: string | undefined;
}

export type MakeAnalysis = (options: AnalysisOptions, hooks: AnalysisHooks) => Analysis;

export interface JobOrder {
  readonly source: TrafficSource;
  readonly input: string;
  readonly windowSeconds: number;
  readonly bytesTotal: number | null;
  /** Where problems of the input are put, by those who find them earlier, too. */
  readonly problems?: string[];
  /** See {@link AnalysisOptions.run}. */
  readonly run?: string;
}

/** Problems that a job lists. */
const PROBLEMS = 100;

/** An analysis that runs, or is over. */
export class Job {
  readonly id: string = randomUUID();
  readonly #order: JobOrder;
  readonly #started = Date.now();
  readonly #problems: string[];
  #state: JobState = 'running';
  #ended: number | null = null;
  #failure: AppError | undefined;
  #analysis: Analysis | undefined;
  #read: () => number = () => 0;
  #packets = 0;
  #events = 0;
  #windows = 0;
  #anomalies = 0;
  #done: Promise<void> = Promise.resolve();

  constructor(order: JobOrder) {
    this.#order = order;
    this.#problems = order.problems ?? [];
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  get failure(): AppError | undefined {
    return this.#failure;
  }

  view(): TrafficJob {
    const { source, input, windowSeconds, bytesTotal } = this.#order;
    return {
      id: this.id,
      source,
      state: this.#state,
      input,
      windowSeconds,
      started: this.#started,
      ended: this.#ended,
      bytesRead: this.#read(),
      bytesTotal,
      packets: this.#packets,
      events: this.#events,
      windows: this.#windows,
      anomalies: this.#anomalies,
      problems: [...this.#problems],
      error: this.#failure?.message ?? null,
    };
  }

  /** Reads all of `input`; `over` is told of the end, whatever it was, before {@link finished} resolves. */
  start(
    input: CaptureInput,
    make: MakeAnalysis,
    hooks: Pick<AnalysisHooks, 'onWindow' | 'onAnomaly'>,
    over: () => void,
  ): void {
    this.#read = input.read;
    this.#done = this.#run(input, make, hooks).then(over);
  }

  /** Ends it; what it found so far is not used. */
  async cancel(): Promise<void> {
    if (!this.running) return;
    this.#state = 'cancelled';
    this.#analysis?.stop();
    await this.#done;
  }

  finished(): Promise<void> {
    return this.#done;
  }

  async #run(
    input: CaptureInput,
    make: MakeAnalysis,
    hooks: Pick<AnalysisHooks, 'onWindow' | 'onAnomaly'>,
  ): Promise<void> {
    try {
      const { windowSeconds: seconds, source, input: name, run } = this.#order;
      const analysis = make(
        { seconds, source, input: name, run },
        {
          onWindow: (window) => {
            this.#windows++;
            hooks.onWindow(window);
          },
          onAnomaly: (anomaly) => {
            this.#anomalies++;
            hooks.onAnomaly(anomaly);
          },
          // Requests get their turn between two pieces of the input.
          onProgress: () => new Promise((resolve) => setImmediate(resolve)),
        },
      );
      this.#analysis = analysis;
      await analysis.read(this.#untilCancelled(input.bytes), (text) => {
        if (this.#problems.length < PROBLEMS) this.#problems.push(text);
      });
      const { packets, events = 0 } = (await analysis.finish()).totals;
      this.#packets = packets;
      this.#events = events;
      if (this.running) this.#state = 'done';
    } catch (error) {
      this.#failure = this.running ? failureOf(error) : undefined;
      if (this.running) this.#state = 'failed';
    } finally {
      this.#ended = Date.now();
      this.#analysis?.close?.();
      // Runs are remembered for long: what they worked with is large.
      this.#analysis = undefined;
      const read = input.read();
      this.#read = () => read;
      await input.close().catch(() => undefined);
    }
  }

  async *#untilCancelled(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      if (!this.running) return;
      yield chunk;
    }
  }
}

function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof CaptureError) return new AppError('NOT_A_CAPTURE', error.message);
  return new AppError('INTERNAL', 'The analysis failed here; the log says why.', { cause: error });
}
