import type { Fault } from './fault.ts';
import type { Ledger } from './ledger.ts';

/** What can be switched while a receiver runs: its faults, and what only its kind has. */
export interface Controls {
  faults: Fault[];
}

export interface ReceiverOptions<C extends Controls = Controls> {
  /** On 127.0.0.1; a free one when 0 or not given. */
  readonly port?: number;
  /** Keeps what was taken here; see {@link Ledger}. */
  readonly file?: string;
  /** Ids that are remembered, the newest; all of them when not given. */
  readonly remember?: number;
  /** HTTPS: with a certificate of its own making, or with these PEM texts. */
  readonly tls?: boolean | { readonly key: string; readonly cert: string };
  /** Of the shares of faults. */
  readonly seed?: number;
  readonly controls?: Partial<C>;
}

/** A running receiver: it behaves as the real one does, and misbehaves as told. Listens on loopback only. */
export interface Receiver<C extends Controls = Controls> {
  readonly port: number;
  /** `http://127.0.0.1:18088`. */
  readonly url: string;
  /** PEM of its certificate; empty without TLS. */
  readonly ca: string;
  /** May be changed at any time; the next request sees it. */
  readonly controls: C;
  readonly ledger: Ledger;
  /** Ends all connections, forgets what is only in memory, and listens again after so many milliseconds. */
  restart(ms: number): Promise<void>;
  close(): Promise<void>;
}
