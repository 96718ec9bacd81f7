import type { ExporterCondition, ExporterReport } from './exporter.ts';

/** An exporter as people see it: its own account, what it does now, and what is wrong with it. */
export interface ExporterView extends ExporterReport {
  /** Over the last minute, or since it was first seen in this run when that is less. */
  readonly datagrams_per_second: number;
  readonly flows_per_second: number;
  /** Of what it sent in the last five minutes, 0 to 100; null when nothing came. */
  readonly loss_percent: number | null;
  readonly conditions: readonly ExporterCondition[];
}

/** Where the API finds exporters. */
export interface ExporterDirectory {
  /** Those of this run and, with counts of zero, those of earlier runs; by name. */
  list(): readonly ExporterView[];
  /** @param address IPv4, or IPv6 in canonical form. */
  get(address: string): ExporterView | undefined;
  /** Removes it here and from the state store. It is back as soon as it sends again. @returns false when there is none. */
  forget(address: string): Promise<boolean>;
}

/** One UDP socket that flows are received on. Counts are since the process started. */
export interface ListenerView {
  /** `0.0.0.0:2055`, `[::]:6343`: where it really listens. */
  readonly address: string;
  /** Why it does not receive, as one sentence; null when it does. */
  readonly error: string | null;
  /**
   * Receive buffer of the socket in bytes: what was asked for, and what the system says it gave. Linux says twice what
   * was asked for when it gave all of it, so whether that is so is told apart.
   */
  readonly asked_buffer: number;
  readonly granted_buffer: number;
  readonly buffer_complete: boolean;
  readonly datagrams: number;
  readonly bytes: number;
  /** Datagrams the kernel threw away because the buffer was full; null where the system does not tell. */
  readonly kernel_drops: number | null;
  /** Datagrams from addresses that are not allowed. */
  readonly refused: number;
  /** Datagrams over the rate limit of their sender. */
  readonly limited: number;
  /** Datagrams thrown away because decoding did not keep up. */
  readonly queue_drops: number;
}

export interface CollectorView {
  readonly listeners: readonly ListenerView[];
}
