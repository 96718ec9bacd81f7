import type { OutputState, OutputType } from './types.ts';

interface TypeWords {
  readonly title: string;
  /** What its events are good for there. */
  readonly use: string;
  /** Name that a first one gets. */
  readonly name: string;
}

const WORDS: Readonly<Record<OutputType, TypeWords>> = {
  'splunk-hec': { title: 'Splunk', use: 'HTTP Event Collector, in the words of the CIM', name: 'splunk' },
  'elastic-bulk': { title: 'Elasticsearch', use: 'a data stream, in the words of the ECS', name: 'elastic' },
  opensearch: { title: 'OpenSearch', use: 'a data stream, in the words of the ECS', name: 'opensearch' },
  syslog: { title: 'Syslog', use: 'RFC 5424 over TCP, TLS or UDP, with CEF or LEEF', name: 'syslog' },
  webhook: { title: 'Webhook', use: 'signed POST requests to any address', name: 'webhook' },
  file: { title: 'File', use: 'NDJSON files that rotate', name: 'file' },
};

export function wordsOf(type: string): TypeWords {
  return WORDS[type as OutputType] ?? { title: type, use: '', name: type };
}

/** Types in the order in which they are offered; those that this server does not have are left out. */
export function offered(types: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys(WORDS).filter((type) => type in types);
  return [...known, ...Object.keys(types).filter((type) => !(type in WORDS))];
}

/** A name that is free: `splunk`, `splunk-2`. */
export function freeName(type: string, taken: readonly string[]): string {
  const { name } = wordsOf(type);
  let free = name;
  for (let number = 2; taken.includes(free); number++) free = `${name}-${number}`;
  return free;
}

interface StateWords {
  /** Class of the mark: its colour. */
  readonly tone: 'ok' | 'degraded' | 'failed' | 'stopped';
  readonly glyph: string;
}

const STATES: Readonly<Record<OutputState, StateWords>> = {
  running: { tone: 'ok', glyph: '✓' },
  retrying: { tone: 'degraded', glyph: '!' },
  blocked: { tone: 'failed', glyph: '✕' },
  paused: { tone: 'stopped', glyph: '■' },
  stopped: { tone: 'stopped', glyph: '■' },
};

export function stateWords(state: string): StateWords {
  return STATES[state as OutputState] ?? { tone: 'stopped', glyph: '?' };
}
