import type { AllowRule } from '../detect/detectors/allow-rules.ts';
import type { TrafficResult } from '../model/traffic.ts';
import type { Anomaly, AnomalyType, Window } from '../model/window.ts';
import type { Connection, ReportReason } from '../packets/connection.ts';
import type { OnProblem } from '../packets/packet.ts';

/** What `analyze` asks of the analysis; what is not given is left at its default. */
export interface AnalysisOptions {
  /** Length of a window. */
  readonly seconds?: number;
  /** False for none; or those to run. */
  readonly detectors?: boolean | readonly AnomalyType[];
  readonly homeNetworks?: readonly string[];
  readonly allow?: readonly AllowRule[];
  readonly keepWindows?: number;
  readonly keepAnomalies?: number;
  /** Largest hosts and pairs in the result. */
  readonly top?: number;
}

/** Called as things are found. What they are given holds until they return. */
export interface AnalysisHooks {
  onConnection?(connection: Connection, why: ReportReason): void;
  onWindow?(window: Window): void;
  onAnomaly?(anomaly: Anomaly): void;
  /** Now and then: bytes of the file read so far. What it answers is waited for. */
  onProgress?(bytes: number): void | Promise<void>;
}

/** The analysis of captures as `analyze` sees it; src/analysis.ts builds it. */
export interface Analysis {
  /** Reads a capture; several, one after the other, are one. @throws CaptureError when it is none. */
  read(source: AsyncIterable<Uint8Array>, onProblem?: OnProblem): Promise<void>;
  /** Ends reading early. */
  stop(): void;
  /** Packets so far. */
  readonly packets: number;
  /** To be called once, at the end. */
  finish(): Promise<TrafficResult>;
  /** Lets go of what it holds besides memory; also where it was not finished. */
  close(): void;
}

export type CreateAnalysis = (options: AnalysisOptions, hooks: AnalysisHooks) => Analysis | Promise<Analysis>;
