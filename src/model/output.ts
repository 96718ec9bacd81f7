/** Where stored events are delivered to, continuously. OpenSearch speaks Elasticsearch's bulk protocol. */
export const OUTPUT_TYPES = ['splunk-hec', 'elastic-bulk', 'opensearch', 'syslog', 'webhook', 'file'] as const;
export type OutputType = (typeof OUTPUT_TYPES)[number];

/** An output as it is configured. */
export interface OutputDefinition {
  /** Lower case letters, digits, `-` and `_`, at most 63, beginning with a letter: `splunk`, `elastic`, `archive`. */
  readonly name: string;
  readonly type: OutputType;
  /** What only its type has, complete with defaults and secrets: never shown as it is. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Events it wants, in the query language; all of them when empty. */
  readonly filter: string;
  /** Stopped by a person; it stays so over restarts. */
  readonly paused: boolean;
  /** `settings`: from the file or the environment, and the same again at each start. */
  readonly origin: 'api' | 'settings';
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Running sums of an output, kept with its bookmark. */
export interface OutputCounts {
  /** Events the receiver confirmed, those it had already among them. */
  readonly sent: number;
  /** Of them, events it said it had already. */
  readonly duplicates: number;
  /** Bytes on the wire of confirmed requests (compressed, without headers). */
  readonly bytes: number;
  /** Events sent again because an attempt failed. */
  readonly retried: number;
  /** Events that became dead letters. */
  readonly dead: number;
  /** Events that retention removed before they were sent. */
  readonly lost: number;
}

export const NO_COUNTS: OutputCounts = { sent: 0, duplicates: 0, bytes: 0, retried: 0, dead: 0, lost: 0 };

/** How far an output is. Every event of this node up to `bookmark` is delivered, filtered out, dead or counted as lost. */
export interface OutputPosition {
  /** Id of an event, as decimal digits; `0` is before all. */
  readonly bookmark: string;
  readonly counts: OutputCounts;
  /** Events still to be read by day of receipt (YYYYMMDD), as they were counted last: what a gap is measured with. */
  readonly ahead: Readonly<Record<string, number>>;
  /** The bookmark for which `ahead` was counted, where that is not `bookmark`: of an output with a filter. */
  readonly aheadOf?: string;
}

/**
 * - `running`: delivers, or has nothing to deliver.
 * - `retrying`: the last attempt failed; it tries again for ever, at growing intervals.
 * - `blocked`: the receiver refuses us (401, 403, bad token, TLS): it needs a person, nothing is lost; probed now and then.
 * - `paused`: stopped by a person.
 * - `stopped`: the process is ending.
 */
export const OUTPUT_STATES = ['running', 'retrying', 'blocked', 'paused', 'stopped'] as const;
export type OutputState = (typeof OUTPUT_STATES)[number];

export interface OutputProblem {
  /** Microseconds since 1970. */
  readonly at: number;
  /** Stable word or number: `HTTP_503`, `HEC_9`, `ECONNREFUSED`, `TLS`. */
  readonly code: string;
  /** One sentence for a person. */
  readonly detail: string;
}

/** What an output does at the moment. */
export interface OutputStatus {
  readonly name: string;
  readonly type: OutputType;
  readonly state: OutputState;
  /** Where to, for people: host and path without credentials. */
  readonly endpoint: string;
  readonly filter: string;
  readonly origin: OutputDefinition['origin'];
  readonly bookmark: string;
  /** Commit time of the event at the bookmark, microseconds since 1970; null before the first. */
  readonly bookmarkTime: number | null;
  /** Events behind the newest one; counted every few seconds. */
  readonly lagEvents: number;
  /** Age of the oldest event that is still to be delivered, in seconds; 0 when there is none. */
  readonly lagSeconds: number;
  readonly counts: OutputCounts;
  /** Dead letters that are kept. */
  readonly deadLetters: number;
  /** Over the last minute. */
  readonly eventsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly concurrency: number;
  /** Of the breaker: `closed` sends, `open` waits, `half-open` probes. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Microseconds since 1970: when it is tried again; null when it is not waiting. */
  readonly retryAt: number | null;
  readonly lastError: OutputProblem | null;
  /** Microseconds since 1970; null when nothing was delivered since the start. */
  readonly lastSuccess: number | null;
  /** Median and 99th percentile of a request, milliseconds, of the last 1,000; null before the first. */
  readonly latency: { readonly p50: number; readonly p99: number } | null;
}

/** An event that the receiver refused for good, by output and event. */
export interface OutputDeadLetter {
  readonly id: string;
  readonly output: string;
  readonly eventId: string;
  /** What was sent, as it was sent (JSON of one event, one line of CEF), cut at 64 KiB. */
  readonly original: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
}

/** A refusal that is to become a dead letter, or one attempt more of the one there is of this event. */
export type NewOutputDeadLetter = Pick<OutputDeadLetter, 'eventId' | 'original' | 'code' | 'reason'>;

/** Answer to a test event. Keys as the API shows them. */
export interface OutputTestResult {
  readonly status: 'ok' | 'error';
  readonly target: string;
  /** Null where no HTTP is spoken, or no answer came. */
  readonly http_status: number | null;
  readonly duration_ms: number;
  /** On the wire. */
  readonly bytes: number;
  readonly request_id: string;
  readonly error?: string;
}

export interface OutputDeadLetterQuery {
  readonly output: string;
  readonly limit: number;
  /** Older than the one with this id. */
  readonly before?: string;
  readonly code?: string;
}

/** What may be said of an output that is made or changed. Config fields not given keep their value, or get their default. */
export interface OutputChange {
  readonly type: OutputType;
  readonly config: Readonly<Record<string, unknown>>;
  readonly filter?: string;
  /**
   * Where a new output begins: with what comes from now on (the default), the oldest event that is kept, or the first
   * received at that time (microseconds since 1970). Of no effect on one that exists.
   */
  readonly start?: 'now' | 'oldest' | number;
}

/** A definition as it may be shown: secrets masked as `********`. */
export interface OutputView extends OutputDefinition {
  readonly status: OutputStatus;
}

/** Where the API and the dashboard find outputs. All methods: @throws AppError NOT_FOUND for a name that is not known. */
export interface OutputDirectory {
  list(): readonly OutputView[];
  get(name: string): OutputView | undefined;
  /** JSON Schema of `config` by type, with defaults and `writeOnly` secrets. */
  schemas(): Readonly<Partial<Record<OutputType, object>>>;
  /**
   * Makes or changes; takes effect at once.
   * @throws AppError INVALID_PARAMETER with a sentence that names the field; INVALID_FILTER; CONFLICT when it exists
   * with another type or comes from the settings.
   */
  put(name: string, change: OutputChange): Promise<OutputView>;
  /** Its bookmark and dead letters go with it. @throws AppError CONFLICT when it comes from the settings. */
  remove(name: string): Promise<void>;
  /** Sends one marked event now, past queue, pause and bookmark. */
  test(name: string): Promise<OutputTestResult>;
  pause(name: string): Promise<OutputView>;
  resume(name: string): Promise<OutputView>;
  /**
   * Sets the bookmark: what comes after it is delivered (again).
   * @param to id of an event (the first not to be sent again is the one after it), or a time in microseconds since 1970.
   */
  replay(name: string, to: { readonly id: string } | { readonly time: number }): Promise<OutputView>;
  deadLetters(query: OutputDeadLetterQuery): Promise<OutputDeadLetter[]>;
  deadLetter(name: string, id: string): Promise<OutputDeadLetter | undefined>;
  /**
   * Sends the events of these dead letters (all, when absent) again: those the store still has, as they are today. One
   * that is accepted is gone; one that is refused again has its row updated.
   */
  replayDeadLetters(
    name: string,
    ids?: readonly string[],
  ): Promise<{ readonly delivered: number; readonly refused: number; readonly missing: number; readonly left: number }>;
  /** @returns how many there were. */
  purgeDeadLetters(name: string, ids?: readonly string[]): Promise<number>;
}
