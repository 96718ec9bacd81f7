import { randomBytes } from 'node:crypto';
import type { Component, Health } from '../kit/component.ts';
import { AppError, messageOf } from '../kit/errors.ts';
import type {
  CaptureFile,
  CaptureInterface,
  CaptureOrder,
  CaptureView,
  ComputeOrder,
  TrafficConfig,
  TrafficDirectory,
  TrafficJob,
  TrafficLogLine,
  TrafficRule,
  TrafficRuleView,
  TrafficStatus,
} from '../model/traffic-view.ts';
import type { Anomaly, Baseline, BaselineType, Window } from '../model/window.ts';
import { BaselineKeeper } from './traffic-service/baseline-keeper.ts';
import { beginFirst } from './traffic-service/begin-first.ts';
import { CaptureFolder } from './traffic-service/capture-folder.ts';
import { captureIdentity } from './traffic-service/capture-identity.ts';
import { type CaptureInput, heldInput, openCaptureFile } from './traffic-service/capture-input.ts';
import { FollowedEvents, NO_CAPTURE, nameOfEvents } from './traffic-service/event-source.ts';
import type { Job, JobOrder, MakeAnalysis } from './traffic-service/job.ts';
import { Journal } from './traffic-service/journal.ts';
import { refuseCapture } from './traffic-service/refuse-capture.ts';
import { MAX_ANOMALIES, MAX_WINDOWS, TrafficResults } from './traffic-service/results.ts';
import { RuleKeeper } from './traffic-service/rule-keeper.ts';
import { Runs } from './traffic-service/runs.ts';
import type { Capture, TrafficServiceOptions } from './traffic-service/service-options.ts';
import { shownStatus } from './traffic-service/shown.ts';
import { tellCaptured, tellComputed } from './traffic-service/tell-end.ts';
import { TrafficMetrics } from './traffic-service/traffic-metrics.ts';

/**
 * Traffic analysis for the server: one analysis at a time, of a file, a live capture or stored events, its windows,
 * anomalies and baselines held in memory of fixed bounds. Results of a file replace the former ones when they are
 * complete, those of a live capture while it goes on. Beside it, events are followed as they are stored.
 */
export class TrafficService implements Component, TrafficDirectory {
  readonly name = 'traffic';
  readonly #options: TrafficServiceOptions;
  readonly #capture: Capture;
  readonly #folder: CaptureFolder;
  readonly #rules: RuleKeeper;
  readonly #journal: Journal;
  readonly #metrics: TrafficMetrics;
  #results: TrafficResults | undefined;
  /** The run that made the results. */
  #source: Job | undefined;
  readonly #followed: FollowedEvents | undefined;
  readonly #runs = new Runs();
  readonly #baselines = new BaselineKeeper();
  #state: Health['state'] = 'stopped';
  /** What keeps this from working whole, since the start. */
  #problem: string | undefined;

  constructor(options: TrafficServiceOptions) {
    this.#options = options;
    this.#capture = options.capture;
    this.#folder = new CaptureFolder({ ...options, folder: options.captureDir });
    this.#rules = new RuleKeeper(options.settings);
    this.#journal = new Journal(options.log);
    this.#metrics = new TrafficMetrics(options.metrics);
    const follower = options.events?.follower;
    this.#followed = follower && new FollowedEvents(follower, options.windowSeconds);
  }

  async start(): Promise<void> {
    this.#state = 'starting';
    await this.#rules.load();
    try {
      await this.#folder.prepare();
    } catch (error) {
      // The rest of the product works without: it is said, and shows in the health.
      this.#journal.write('files', `The folder of captures cannot be used: ${messageOf(error)}.`, 'error');
      this.#problem = 'The folder of captures cannot be used.';
    }
    try {
      await this.#follow();
      await beginFirst(this.#options, this);
    } catch (error) {
      // It shows in the health, and does not keep the rest from working.
      this.#problem = `Nothing is analysed from the start: ${messageOf(error)}`;
      this.#journal.write('analysis', this.#problem, 'error');
    }
    this.#state = this.#problem === undefined ? 'ok' : 'degraded';
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    await this.#capture.stop();
    await this.#followed?.stop();
    for (const job of this.#runs.all) await job.cancel();
  }

  health(): Health {
    const detail = this.#problem ?? this.#followed?.problem();
    const figures = { windows: this.windows().length, capturing: this.#capture.running ? 1 : 0 };
    const state = this.#state === 'ok' && detail !== undefined ? 'degraded' : this.#state;
    return { state, figures, ...(detail !== undefined && { detail }) };
  }

  status(): TrafficStatus {
    const results = this.#results;
    return {
      ...shownStatus(results, this.#options.windowSeconds),
      interface: results?.source === 'live' ? results.input : this.#capture.status().interface,
      events: this.#followed?.view() ?? null,
      baselines: this.baselines().length,
      job: this.#runs.all[0]?.view() ?? null,
    };
  }

  config(): TrafficConfig {
    const { windowSeconds, ringPackets, ringBytes, captureTool, maxUploadBytes } = this.#options;
    const own = { windowSeconds, ringPackets, ringBytes, captureTool, maxUploadBytes };
    return { ...own, captureDir: this.#folder.path, maxWindows: MAX_WINDOWS, maxAnomalies: MAX_ANOMALIES };
  }

  log(): readonly TrafficLogLine[] {
    return this.#journal.lines;
  }

  windows(): readonly Window[] {
    return this.#results?.windows ?? [];
  }

  window(id: number): Window | undefined {
    return this.#results?.window(id);
  }

  anomalies(): readonly Anomaly[] {
    return this.#results?.visible ?? [];
  }

  hidden(): readonly Anomaly[] {
    return this.#results?.hidden ?? [];
  }

  baselines(): readonly Baseline[] {
    return this.#baselines.list;
  }

  baselinesAt(): number | null {
    return this.#baselines.at;
  }

  compute(order: ComputeOrder): Promise<TrafficJob> {
    if (order.source === 'events') return this.#computeEvents(order);
    return order.source === 'live' ? this.#computeHeld(order) : this.#computeFile(order);
  }

  async finished(id: string): Promise<TrafficJob | undefined> {
    const job = this.#runs.find(id);
    await job?.finished();
    if (job?.failure) throw job.failure;
    return this.job(id);
  }

  jobs(): readonly TrafficJob[] {
    return this.#runs.all.map((job) => job.view());
  }

  job(id: string): TrafficJob | undefined {
    const followed = this.#followed?.job();
    return this.#runs.find(id)?.view() ?? (followed?.id === id ? followed : undefined);
  }

  async cancel(id: string): Promise<TrafficJob | undefined> {
    const job = this.#runs.find(id);
    if (job?.running && job.view().source === 'live' && this.#capture.running) await this.stopCapture();
    else await job?.cancel();
    return job?.view();
  }

  async detect(force: boolean): Promise<void> {
    const results = this.#analysed();
    if (force && results.source === 'pcap' && !this.#runs.busy) {
      const { source, input: file, windowSeconds } = results;
      const { id } = await this.compute({ source, file, windowSeconds, force });
      await this.finished(id);
    } else this.#sort();
    const found = this.anomalies().length;
    this.#journal.write('detection', `${found} anomalies in ${this.windows().length} windows.`);
  }

  async generateBaselines(types: readonly BaselineType[], force: boolean): Promise<readonly Baseline[]> {
    const results = this.#analysed();
    const learned = this.#baselines.generate(results, this.#source?.id, types, force);
    const names = learned?.map(({ type }) => type).join(', ') || 'none';
    if (learned) this.#journal.write('baselines', `Learned from ${results.windows.length} windows: ${names}.`);
    return this.baselines().filter(({ type }) => types.includes(type));
  }

  rules(): readonly TrafficRuleView[] {
    return this.#rules.list();
  }

  async setRule(rule: TrafficRule): Promise<TrafficRuleView> {
    await this.#rules.set(rule);
    this.#sort();
    this.#journal.write('rules', `Rule ${rule.id} is in force: ${rule.reason}`);
    return this.#rules.list().find((held) => held.rule.id === rule.id)!;
  }

  async removeRule(id: string): Promise<boolean> {
    if (!(await this.#rules.remove(id))) return false;
    this.#sort();
    this.#journal.write('rules', `Rule ${id} is removed.`);
    return true;
  }

  previewRule(rule: TrafficRule): readonly Anomaly[] {
    return this.#rules.preview(rule, [...this.anomalies(), ...this.hidden()]);
  }

  files(): Promise<readonly CaptureFile[]> {
    return this.#folder.list();
  }

  async upload(bytes: AsyncIterable<Uint8Array>, given?: string): Promise<CaptureFile> {
    const { name, bytes: size, modified } = await this.#folder.upload(bytes, given);
    this.#journal.write('files', `${name} is uploaded: ${size} bytes.`);
    return { name, bytes: size, modified };
  }

  async removeFile(name: string): Promise<boolean> {
    const removed = await this.#folder.remove(name);
    if (removed) this.#journal.write('files', `${name} is removed.`);
    return removed;
  }

  interfaces(): Promise<readonly CaptureInterface[]> {
    return this.#capture.interfaces();
  }

  capture(): CaptureView {
    return this.#capture.status();
  }

  async *captured(): AsyncIterable<Uint8Array> {
    yield* this.#capture.held();
  }

  async startCapture(order: CaptureOrder): Promise<CaptureView> {
    refuseCapture(order, this.#capture, this.#runs);
    await this.#runs.exclusively(async () => {
      const stream = await this.#capture.start(order).catch((error: unknown) => {
        this.#journal.write('capture', `No capture on ${order.interface}: ${messageOf(error)}`, 'warn');
        throw error;
      });
      const windowSeconds = order.windowSeconds ?? this.#options.windowSeconds;
      const input = { bytes: stream, read: () => this.#capture.status().bytes, close: () => this.#capture.stop() };
      const key = this.#liveKey(windowSeconds);
      const results = new TrafficResults('live', order.interface, windowSeconds, key);
      const run = randomBytes(6).toString('hex');
      const job = this.#runs.add({ source: 'live', input: order.interface, windowSeconds, bytesTotal: null, run });
      this.#show(results, job);
      this.#journal.write('capture', `Capturing on ${order.interface} with ${this.#capture.status().tool}.`);
      job.start(input, this.#options.analysis, this.#hooks(results), () => this.#captured(job));
    });
    return this.capture();
  }

  async stopCapture(): Promise<CaptureView> {
    if (!this.#capture.running) throw new AppError('CAPTURE_IMPOSSIBLE', 'No capture is running.');
    await this.#capture.stop();
    // What is shown may be something else by now.
    await this.#runs.running?.finished();
    return this.capture();
  }

  async #computeFile(order: ComputeOrder): Promise<TrafficJob> {
    const last = this.#results?.source === 'pcap' ? this.#results.input : undefined;
    const name = order.file ?? last;
    if (name === undefined) throw new AppError('INVALID_PARAMETER', 'Name a capture with pcap_file.');
    const found = await this.#folder.find(name);
    const windowSeconds = order.windowSeconds ?? this.#options.windowSeconds;
    const key = `${found.path} ${found.bytes} ${found.modified} ${windowSeconds}`;
    const known = this.#known(key, order.force);
    if (known) return known;
    return this.#runs.exclusively(async () => {
      const problems: string[] = [];
      const run = await captureIdentity(found.path);
      const input = await openCaptureFile(found.path, (text) => problems.push(text));
      const results = new TrafficResults('pcap', found.name, windowSeconds, key);
      return this.#analyse(results, input, { bytesTotal: found.bytes, problems, run });
    });
  }

  /** Computes again what the live capture holds, with windows of another length. */
  async #computeHeld(order: ComputeOrder): Promise<TrafficJob> {
    const last = this.#results?.source === 'live' ? this.#results.windowSeconds : undefined;
    const windowSeconds = order.windowSeconds ?? last ?? this.#options.windowSeconds;
    const { running } = this.#runs;
    if (running?.view().source === 'live') return running.view();
    const held = this.#capture.held();
    if (held.length === 0) throw new AppError('NO_WINDOWS', 'Nothing was captured yet: start a capture first.');
    const name = String(this.capture().interface);
    const key = this.#liveKey(windowSeconds);
    const known = this.#known(key, order.force);
    if (known) return known;
    return this.#runs.exclusively(async () => {
      const bytesTotal = held.reduce((sum, { length }) => sum + length, 0);
      const results = new TrafficResults('live', name, windowSeconds, key);
      const input = heldInput(held);
      return this.#analyse(results, input, { bytesTotal });
    });
  }

  /** Analyses stored events, or shows again what is found as they come in. */
  async #computeEvents({ events: choice, windowSeconds: seconds }: ComputeOrder): Promise<TrafficJob> {
    const parts = this.#options.events;
    if (choice === undefined && this.#followed) {
      this.#show(this.#followed.results, undefined);
      return this.#followed.job();
    }
    if (!parts || !choice) throw new AppError('INVALID_PARAMETER', 'Stored events are not analysed here.');
    return this.#runs.exclusively(async () => {
      const windowSeconds = seconds ?? this.#options.windowSeconds;
      const results = new TrafficResults('events', nameOfEvents(choice), windowSeconds, '');
      const job = this.#runs.add({ source: 'events', input: results.input, windowSeconds, bytesTotal: null });
      const make: MakeAnalysis = (options, hooks) => parts.analysis(choice, options.seconds, hooks);
      job.start(NO_CAPTURE, make, this.#hooks(results), () => this.#computed(job, results));
      return job.view();
    });
  }

  async #follow(): Promise<void> {
    if (!this.#followed) return;
    await this.#followed.start(this.#hooks(this.#followed.results), this.#metrics);
    this.#show(this.#followed.results, undefined);
  }

  #analyse(
    results: TrafficResults,
    input: CaptureInput,
    more: Pick<JobOrder, 'bytesTotal' | 'problems' | 'run'>,
  ): TrafficJob {
    const { source, input: name, windowSeconds } = results;
    const job = this.#runs.add({ source, input: name, windowSeconds, ...more });
    job.start(input, this.#options.analysis, this.#hooks(results), () => this.#computed(job, results));
    return job.view();
  }

  /** The run that made the present results, where they are of the same input. */
  #known(key: string, force: boolean | undefined): TrafficJob | undefined {
    return !force && this.#results?.key === key ? this.#source?.view() : undefined;
  }

  #liveKey(windowSeconds: number): string {
    return `live ${this.capture().started} ${windowSeconds}`;
  }

  #hooks(results: TrafficResults) {
    return {
      onWindow: (window: Window) => {
        results.add(window);
        this.#metrics.window();
      },
      onAnomaly: (anomaly: Anomaly) => {
        // Results that are not shown yet are sorted when they are: hits count once.
        results.addAnomaly(anomaly, results === this.#results && this.#rules.hides(anomaly));
        this.#metrics.anomaly(anomaly.type);
      },
    };
  }

  #show(results: TrafficResults, job: Job | undefined): void {
    this.#results = results;
    this.#source = job;
    this.#sort();
  }

  #computed(job: Job, results: TrafficResults): void {
    if (job.view().state === 'done') this.#show(results, job);
    tellComputed(job, this.#journal, this.#options.log);
  }

  #captured(job: Job): void {
    const capture = this.#capture.status();
    this.#metrics.dropped(capture.dropped ?? 0);
    tellCaptured(job, capture, this.#journal);
  }

  #sort(): void {
    this.#rules.restart();
    this.#results?.sort((anomaly) => this.#rules.hides(anomaly));
  }

  /** @throws AppError NO_WINDOWS */
  #analysed(): TrafficResults {
    if (this.#results && this.#results.windows.length > 0) return this.#results;
    throw new AppError('NO_WINDOWS', 'There are no windows yet: compute them from a capture first.');
  }
}
