/** Shapes of the answers of /v1/outputs. Times are ISO 8601 in UTC. */

export type OutputType = 'splunk-hec' | 'elastic-bulk' | 'opensearch' | 'syslog' | 'webhook' | 'file';

/** `retrying` goes on by itself for ever; `blocked` needs a person; `stopped`: the server is ending. */
export type OutputState = 'running' | 'retrying' | 'blocked' | 'paused' | 'stopped';

export interface OutputProblem {
  at: string;
  /** `HTTP_503`, `HEC_9`, `ECONNREFUSED`. */
  code: string;
  detail: string;
}

export interface OutputFigures {
  state: OutputState;
  endpoint: string;
  bookmark: string;
  bookmark_time: string | null;
  lag: { events: number; seconds: number };
  sent: number;
  bytes: number;
  retried: number;
  duplicates: number;
  dead: number;
  lost: number;
  dead_letters: number;
  rates: { events_per_second: number; bytes_per_second: number };
  concurrency: number;
  circuit: 'closed' | 'open' | 'half-open';
  retry_at: string | null;
  last_error: OutputProblem | null;
  last_success: string | null;
  latency: { p50_ms: number; p99_ms: number } | null;
}

export interface Output {
  name: string;
  type: OutputType;
  origin: 'api' | 'settings';
  paused: boolean;
  filter: string;
  /** Secrets are masked. */
  config: Record<string, unknown>;
  created_at: string;
  updated_at: string;
  status: OutputFigures;
}

export interface OutputList {
  items: Output[];
}

export interface OutputTypes {
  types: Partial<Record<OutputType, ConfigSchema>>;
}

/** A JSON Schema of an object, as far as the form reads it. */
export interface ConfigSchema {
  required?: string[];
  properties?: Record<string, PropertySchema>;
}

export interface PropertySchema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  writeOnly?: boolean;
  enum?: unknown[];
  const?: unknown;
  anyOf?: PropertySchema[];
  items?: PropertySchema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

export interface TestAnswer {
  status: 'ok' | 'error';
  target: string;
  http_status: number | null;
  duration_ms: number;
  bytes: number;
  request_id: string;
  error?: string;
}

export interface ReplayAnswer {
  bookmark: string;
  bookmark_time: string | null;
  /** Stored events after it, before the filter of the output. */
  events: number;
  output: Output;
}

export interface OutputLetter {
  id: string;
  output: string;
  event_id: string;
  code: string;
  reason: string;
  attempts: number;
  first_at: string;
  last_at: string;
  /** In lists. */
  preview?: string;
  /** Of one. */
  original?: string;
}

export interface OutputLetters {
  items: OutputLetter[];
  next: string | null;
  /** Of the output, whatever their code. */
  total: number;
}

export interface LettersReplayed {
  delivered: number;
  refused: number;
  missing: number;
  left: number;
  next: string | null;
}
