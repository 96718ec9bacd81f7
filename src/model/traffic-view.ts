import type { FilterNode } from './filter/ast.ts';
import type { Anomaly, AnomalyType, Baseline, BaselineType, Window } from './window.ts';

/** A network interface that can be captured on. */
export interface CaptureInterface {
  readonly name: string;
  /** As the tool describes it; empty when it does not. */
  readonly description: string;
  readonly addresses: readonly string[];
}

/** What is to be captured. */
export interface CaptureOrder {
  readonly interface: string;
  /** pcap filter expression; everything when not given. */
  readonly filter?: string;
  /** Until it is stopped when not given. */
  readonly durationSeconds?: number;
  /** Name of a file in the folder of captures that the packets are written to as well. */
  readonly outputFile?: string;
  readonly windowSeconds?: number;
}

/** The live capture: the present one, or the last one. Times are milliseconds since 1970. */
export interface CaptureView {
  readonly running: boolean;
  /** Name of the program that captures; null before the first capture. */
  readonly tool: string | null;
  readonly interface: string | null;
  readonly filter: string | null;
  readonly durationSeconds: number | null;
  readonly started: number | null;
  readonly ended: number | null;
  readonly packets: number;
  readonly bytes: number;
  /** Packets that the kernel threw away, as the tool says when it ends; null until then. */
  readonly dropped: number | null;
  /** What is held in memory of it. */
  readonly ring: { readonly packets: number; readonly bytes: number };
  /** Names of the files it was written to, oldest first. */
  readonly files: readonly string[];
  /** Why it ended, or why its file is not whole; null when nothing is wrong. */
  readonly error: string | null;
}

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

/** Where windows come from: a file, an interface, or stored events. */
export type TrafficSource = 'pcap' | 'live' | 'events';

/** One run of the analysis. Times are milliseconds since 1970. */
export interface TrafficJob {
  readonly id: string;
  readonly source: TrafficSource;
  readonly state: JobState;
  /** Name of the file in the folder of captures, or of the interface; which events. */
  readonly input: string;
  readonly windowSeconds: number;
  readonly started: number;
  readonly ended: number | null;
  /** Bytes read of the input, and how many there are; null when that is not known. */
  readonly bytesRead: number;
  readonly bytesTotal: number | null;
  /** Those that events count, where the input is events. */
  readonly packets: number;
  /** Stored events; 0 where packets were analysed themselves. */
  readonly events: number;
  readonly windows: number;
  readonly anomalies: number;
  /** What could not be used of the input, in sentences. */
  readonly problems: readonly string[];
  /** Why it failed; null when it did not. */
  readonly error: string | null;
}

/** Which stored events are analysed. Times are microseconds since 1970; `text` is the filter as it was written. */
export interface EventChoice {
  readonly range: { readonly from: number; readonly to: number };
  readonly filter?: FilterNode;
  readonly text?: string;
}

export interface ComputeOrder {
  /** A file of the folder of captures, what the live capture holds, or stored events. */
  readonly source: TrafficSource;
  /** Those stored events; what is found as they come in when not given. */
  readonly events?: EventChoice;
  /** Name of the file, or its path; the last file again when not given. */
  readonly file?: string;
  readonly windowSeconds?: number;
  /** Also when the same was computed before. */
  readonly force?: boolean;
}

/** A capture in the folder of captures. */
export interface CaptureFile {
  /** Path below the folder of captures, with slashes. */
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** A rule that hides what is known and allowed; see src/detect/detectors/allow-rules.ts. Times are seconds since 1970. */
export interface TrafficRule {
  readonly id: string;
  readonly source?: string;
  readonly destination?: string;
  readonly port?: number;
  readonly detector?: AnomalyType;
  readonly expires?: number;
  readonly reason: string;
  readonly author?: string;
}

export interface TrafficRuleView {
  readonly rule: TrafficRule;
  readonly hits: number;
  readonly lastHit: number | null;
}

/** The analysis of events as they are stored. Times are seconds since 1970, null before the first event. */
export interface EventsView {
  /** Whether it runs. */
  readonly following: boolean;
  /** Up to here windows are over: what is older comes late. */
  readonly watermark: number | null;
  /** End of the newest event. */
  readonly newest: number | null;
  /** How long ago what is looked at now was stored; 0 when there is nothing further. */
  readonly lagSeconds: number;
  /** Events that wait for their windows to end. */
  readonly held: number;
  /** Events counted since the start. */
  readonly events: number;
  /** Of windows that were over: counted in the oldest that was not. */
  readonly late: number;
  /** Left out, or a part of them, because they were too late for that. */
  readonly old: number;
  /** From a clock that is ahead: counted when they were received. */
  readonly ahead: number;
  /** Counted before others of their window, because too many were held. */
  readonly crowded: number;
  /** Why it does not get on; null when it does. */
  readonly error: string | null;
}

export interface TrafficStatus {
  /** Where the windows come from; `idle` before there are any. */
  readonly mode: 'idle' | TrafficSource;
  readonly file: string | null;
  /** Which events, in mode `events`. */
  readonly selection: string | null;
  /** Null where stored events are not followed. */
  readonly events: EventsView | null;
  readonly interface: string | null;
  readonly windowSeconds: number;
  readonly windows: number;
  readonly anomalies: number;
  /** Anomalies that rules hide. */
  readonly hidden: number;
  readonly baselines: number;
  /** Windows and anomalies that were dropped because there were too many. */
  readonly dropped: number;
  readonly job: TrafficJob | null;
}

export interface TrafficConfig {
  readonly windowSeconds: number;
  readonly ringPackets: number;
  readonly ringBytes: number;
  readonly captureDir: string;
  readonly captureTool: string;
  readonly maxUploadBytes: number;
  readonly maxWindows: number;
  readonly maxAnomalies: number;
}

/** One line of what the traffic analysis did. */
export interface TrafficLogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: 'capture' | 'analysis' | 'detection' | 'baselines' | 'rules' | 'files';
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

/** The traffic analysis as the API sees it. Everything that it lists is bounded, windows and anomalies in order of time. */
export interface TrafficDirectory {
  status(): TrafficStatus;
  config(): TrafficConfig;
  log(): readonly TrafficLogLine[];

  windows(): readonly Window[];
  window(id: number): Window | undefined;
  /** Without those that rules hide. */
  anomalies(): readonly Anomaly[];
  /** Those that rules hide. */
  hidden(): readonly Anomaly[];
  /** Those that were generated. */
  baselines(): readonly Baseline[];
  /** When they were, milliseconds since 1970; null before. */
  baselinesAt(): number | null;

  /**
   * Begins a run, or answers the finished one of the same input unless it is forced.
   * @throws AppError INVALID_PARAMETER (no such file), NOT_A_CAPTURE, NO_WINDOWS (nothing captured), CONFLICT (another one runs)
   */
  compute(order: ComputeOrder): Promise<TrafficJob>;
  /** Resolves when the job is over; undefined when there is none with this id. */
  finished(id: string): Promise<TrafficJob | undefined>;
  /** Newest first. */
  jobs(): readonly TrafficJob[];
  job(id: string): TrafficJob | undefined;
  /** @returns the job as it is then; undefined when there is none with this id. */
  cancel(id: string): Promise<TrafficJob | undefined>;

  /** Sorts the anomalies by the rules anew; with `force` the windows are computed again. @throws AppError NO_WINDOWS */
  detect(force: boolean): Promise<void>;
  /** Learns what is usual from the windows. @throws AppError NO_WINDOWS */
  generateBaselines(types: readonly BaselineType[], force: boolean): Promise<readonly Baseline[]>;

  rules(): readonly TrafficRuleView[];
  /** Adds or replaces. @throws AppError INVALID_PARAMETER */
  setRule(rule: TrafficRule): Promise<TrafficRuleView>;
  removeRule(id: string): Promise<boolean>;
  /** Anomalies that the rule would hide. @throws AppError INVALID_PARAMETER */
  previewRule(rule: TrafficRule): readonly Anomaly[];

  /** Newest first. */
  files(): Promise<readonly CaptureFile[]>;
  /** Takes a capture. @throws AppError BODY_TOO_LARGE, NOT_A_CAPTURE, QUEUE_FULL, STORAGE_FULL */
  upload(bytes: AsyncIterable<Uint8Array>, given?: string): Promise<CaptureFile>;
  removeFile(name: string): Promise<boolean>;

  interfaces(): Promise<readonly CaptureInterface[]>;
  /** @throws AppError INVALID_PARAMETER, CAPTURE_IMPOSSIBLE */
  startCapture(order: CaptureOrder): Promise<CaptureView>;
  /** @throws AppError CAPTURE_IMPOSSIBLE when none runs */
  stopCapture(): Promise<CaptureView>;
  capture(): CaptureView;
  /** What the live capture holds, as a pcap file. */
  captured(): AsyncIterable<Uint8Array>;
}
