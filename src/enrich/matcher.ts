import type { Component } from '../kit/component.ts';
import type { EventBatch } from '../model/batch.ts';

/** An indicator as the matcher holds it. `confidence` is 0 to 100. */
export interface MatchIndicator {
  /** Address, network in CIDR form, or domain. */
  readonly value: string;
  readonly category: string;
  readonly confidence: number;
  /** The list, feed or person it came from. */
  readonly source: string;
}

export interface Match extends MatchIndicator {
  /** `src_ip`, `dst_ip` or `domain`; `value` in a look-up. */
  readonly field: string;
}

/** Threat intelligence against addresses and domains of every row. */
export interface Matcher extends Component {
  /** Fills threat_count, threat_indicator, threat_category, threat_confidence and threat_matches of rows [from, to). */
  match(batch: EventBatch, from: number, to: number): void;
  /** All indicators that cover an address or domain, most specific first. */
  lookup(value: string): Match[];
  /** Replaces what one source holds, atomically: a row is matched against all of the old or all of the new set. */
  replace(source: string, indicators: Iterable<MatchIndicator>): Promise<void>;
  /** Counts of what is held. */
  size(): { readonly addresses: number; readonly networks: number; readonly domains: number };
}
