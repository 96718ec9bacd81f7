/** What one host did in one window. */
export interface HostTotals {
  readonly address: string;
  sentBytes: number;
  receivedBytes: number;
  sentPackets: number;
  receivedPackets: number;
  /** Connections that it began, and that were begun with it, in this window. */
  begun: number;
  accepted: number;
}
