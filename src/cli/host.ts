import type { LoadedConfig } from '../kit/config.ts';
import type { Log } from '../kit/log.ts';

/** What `start` answers. */
export interface Started {
  /** `http://127.0.0.1:8080`. */
  readonly address: string;
  /** The API key made at the first start of all: printed once, never stored as it is. */
  readonly firstKey?: string;
  /** The key that commands on this machine use; the app keeps it in the data folder. */
  readonly cliKey: string;
}

/** The running product as `serve` and `demo` see it; src/app.ts builds it. */
export interface App {
  /** Ready to answer when this resolves. */
  start(): Promise<Started>;
  /** Takes nothing more, finishes what was taken, closes the engines. May be called twice. */
  stop(): Promise<void>;
}

export interface AppOptions {
  readonly log: Log;
  /** JSON lines files to follow beside those of the settings. */
  readonly follow?: readonly { readonly path: string; readonly encoding: string }[];
  /** What `/v1/health` shows as its mode. */
  readonly mode?: string;
}

export type CreateApp = (config: LoadedConfig, options: AppOptions) => App | Promise<App>;
