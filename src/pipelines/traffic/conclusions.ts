import { type AllowRule, AllowRules } from '../../detect/detectors/allow-rules.ts';
import { type DetectedWindow, Detection } from '../../detect/detectors/detection.ts';
import { DEFAULT_HOME_NETWORKS, HomeNetworks } from '../../detect/detectors/home-networks.ts';
import type { DnsQuery } from '../../model/dns-query.ts';
import type { ConnectionTotals, Timeline, TrafficResult } from '../../model/traffic.ts';
import type { AnomalyType, Baseline, Observation } from '../../model/window.ts';
import { type Asked, asked, makeDetectors } from '../detectors.ts';
import { ConnectionSums, type FinishedConnection } from './connection-sums.ts';
import type { NoteTaker } from './note-reader.ts';
import { WindowTimeline } from './window-timeline.ts';

/** Plain data, so that it can go to another thread. See {@link TrafficOptions}. */
export interface ConclusionOptions {
  readonly seconds?: number;
  readonly detectors?: boolean | readonly AnomalyType[];
  readonly homeNetworks?: readonly string[];
  readonly allow?: readonly AllowRule[];
  readonly top?: number;
  readonly run?: string;
  readonly linkBps?: number;
}

interface Place {
  readonly owner: string | undefined;
  readonly country: string | undefined;
}

/** What is told at the end: the part of a {@link TrafficResult} that comes from connections and windows. Plain data. */
export interface Conclusion {
  readonly connections: Omit<ConnectionTotals, 'evicted'>;
  readonly hosts: TrafficResult['hosts'];
  readonly pairs: TrafficResult['pairs'];
  readonly windows: Timeline['windows'];
  readonly baselines: readonly Baseline[];
}

/** What is concluded from what the packets told: sums over connections, windows, baselines and anomalies. */
export class Conclusions implements NoteTaker {
  /** Length of a window, microseconds. */
  readonly windowSize: number;
  /** Whether some detector wants to be told of single DNS questions. */
  readonly wantsQueries: boolean;
  readonly #detection: Detection;
  readonly #asked: readonly Asked[];
  /** Of the addresses of which anything is known. */
  readonly #places = new Map<string, Place>();
  readonly #sums = new ConnectionSums();
  readonly #timeline: WindowTimeline;
  readonly #top: number;
  readonly #onDetected: (detected: readonly DetectedWindow[]) => void;

  /**
   * @param onDetected is given windows when they are over, oldest first.
   * @throws Error for an allow rule that cannot be meant.
   */
  constructor(options: ConclusionOptions, onDetected: (detected: readonly DetectedWindow[]) => void) {
    const { seconds, detectors: wanted = true, homeNetworks = DEFAULT_HOME_NETWORKS, top = 10 } = options;
    const allow = new AllowRules();
    for (const rule of options.allow ?? []) {
      const wrong = allow.set(rule);
      if (wrong) throw new Error(`Allow rule ${rule.id}: ${wrong}`);
    }
    const { isInternal } = new HomeNetworks(homeNetworks);
    const only = typeof wanted === 'boolean' ? undefined : new Set(wanted);
    const facts = {
      ownerOf: (address: string) => this.#places.get(address)?.owner,
      countryOf: (address: string) => this.#places.get(address)?.country,
      linkBps: options.linkBps,
    };
    const detectors = wanted === false ? [] : makeDetectors(isInternal, only, facts);
    this.#detection = new Detection({ seconds, detectors, allow });
    this.#asked = asked(detectors);
    this.wantsQueries = this.#asked.length > 0;
    this.windowSize = this.#detection.windows.size;
    this.#timeline = new WindowTimeline(this.windowSize);
    this.#top = top;
    this.#onDetected = onDetected;
  }

  host(address: string, owner: string, country: string): void {
    if (owner === '' && country === '') return;
    this.#places.set(address, { owner: owner || undefined, country: country || undefined });
  }

  anew(): void {
    this.#places.clear();
  }

  connection(connection: FinishedConnection): void {
    this.#sums.add(connection);
  }

  observation(observation: Observation): void {
    this.#sums.observe(observation);
    this.#detection.observe(observation);
  }

  query(query: DnsQuery): void {
    for (const detector of this.#asked) detector.query(query);
  }

  begin(time: number): void {
    this.#detection.windows.begin(time);
  }

  close(until: number): void {
    const detected = this.#detection.close(until);
    for (const { window } of detected) this.#timeline.add(window);
    if (detected.length > 0) this.#onDetected(detected);
  }

  result(): Conclusion {
    return {
      connections: this.#sums.result(),
      hosts: this.#sums.hosts(this.#top),
      pairs: this.#sums.pairs(this.#top),
      windows: this.#timeline.result(),
      baselines: this.#detection.baselines.list(),
    };
  }
}
