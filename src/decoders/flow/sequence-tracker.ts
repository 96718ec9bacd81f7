/** What a tracker counts into: the counters of an exporter. */
export interface SequenceCounts {
  lost: number;
  reordered: number;
  duplicates: number;
  restarts: number;
}
