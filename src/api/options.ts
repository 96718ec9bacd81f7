export interface ApiLimits {
  /** Requests a minute and key (or address, without a key). */
  readonly ingestPerMinute: number;
  readonly othersPerMinute: number;
  /** Bytes of a body as it is sent, and after inflating. */
  readonly bodyBytes: number;
  readonly inflatedBytes: number;
  /** Records of one ingest request. */
  readonly records: number;
  /** Bytes of all ingest bodies that are held at the same time. */
  readonly bodiesInFlightBytes: number;
  /** Seconds in which a request has to arrive completely. */
  readonly requestSeconds: number;
}

export const DEFAULT_LIMITS: ApiLimits = {
  ingestPerMinute: 120,
  othersPerMinute: 600,
  bodyBytes: 5 * 1024 * 1024,
  inflatedBytes: 64 * 1024 * 1024,
  records: 10_000,
  bodiesInFlightBytes: 256 * 1024 * 1024,
  requestSeconds: 30,
};

export interface ApiOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** How the product runs, as `/v1/health` tells: `standalone`, `cluster`, `demo`... */
  readonly mode: string;
  readonly build: {
    readonly version: string;
    readonly gitSha: string;
    readonly image: string;
    readonly imageTag: string;
  };
  /** Keys from the environment; they have every scope. */
  readonly staticKeys: readonly string[];
  /** Basic auth of `/v1/metrics`; null turns it off. */
  readonly metricsAuth: { readonly user: string; readonly password: string } | null;
  /** Empty: `POST /v1/admin/update` does not exist. */
  readonly adminToken: string;
  /** Program and arguments of the update, started without a shell. */
  readonly updateCommand: readonly string[];
  /** Where the versions of the image are asked; empty or not enabled: never. */
  readonly updates: { readonly enabled: boolean; readonly registryUrl: string };
  readonly limits: ApiLimits;
  /** Addresses and networks of proxies whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Origins of other pages that may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Whether the console at /docs and the reference at /redoc are served. */
  readonly docs: boolean;
  /** Folder of the built dashboard; null when there is none. */
  readonly webDir: string | null;
}
