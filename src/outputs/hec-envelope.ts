import type { EventRow } from '../model/event-row.ts';
import { ReadyText } from './encode/ready-text.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import type { TextSink } from './encode/text-sink.ts';

/** Names of exporters whose text is kept ready. */
const MOST_HOSTS = 1000;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const DOT = 0x2e;
const COMMA = 0x2c;
const TIME = new ReadyText('"time":');

export interface EnvelopeParts {
  readonly index: string;
  readonly sourcetype: string;
  readonly source: string;
  /** Of every event; the exporter of each when empty. */
  readonly host: string;
  /** Indexed fields of every event. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Writes what the collector takes (help.splunk.com, "Format events for HTTP Event Collector") around an encoded event,
 * `{"time":…,"host":…,"source":…,"sourcetype":…,"index":…,"event":…}`, without parsing it again.
 */
export class HecEnvelope {
  /** Columns it reads itself. */
  readonly columns: readonly string[];
  readonly #byExporter: boolean;
  readonly #common: ReadyText;
  readonly #hosts = new Map<string, ReadyText>();

  constructor(parts: EnvelopeParts) {
    this.#byExporter = parts.host === '';
    this.columns = this.#byExporter ? ['ts', 'exporter'] : ['ts'];
    const { host, source, sourcetype, index, fields } = parts;
    const members = Object.entries({ host, source, sourcetype, index })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`);
    if (Object.keys(fields).length > 0) members.push(`"fields":${JSON.stringify(fields)},`);
    this.#common = new ReadyText(`${members.join('')}"event":`);
  }

  /** Appends an event. */
  write(row: EventRow, encoder: RowEncoder, sink: TextSink): void {
    sink.byte(OPEN);
    writeTime(row.ts, sink);
    if (this.#byExporter) this.#writeHost(row.exporter, sink);
    sink.ready(this.#common);
    encoder.write(row, sink);
    sink.byte(CLOSE);
  }

  #writeHost(exporter: string | number | null | undefined, sink: TextSink): void {
    if (typeof exporter !== 'string' || exporter === '') return;
    const known = this.#hosts.get(exporter);
    if (known) {
      sink.ready(known);
      return;
    }
    const text = new ReadyText(`"host":${JSON.stringify(exporter)},`);
    if (this.#hosts.size >= MOST_HOSTS) this.#hosts.clear();
    this.#hosts.set(exporter, text);
    sink.ready(text);
  }
}

/**
 * Epoch seconds with six decimals, never in exponent form, which Splunk 10 refuses (code 15). Left out when not known:
 * Splunk then takes the time of arrival. A time before 1970 is 1970.
 * @param ts microseconds since 1970.
 */
function writeTime(ts: string | number | null | undefined, sink: TextSink): void {
  const micros = typeof ts === 'number' ? Math.max(0, Math.round(ts)) : Number.NaN;
  if (!Number.isSafeInteger(micros)) return;
  const seconds = Math.floor(micros / 1_000_000);
  sink.ready(TIME);
  sink.number(seconds);
  sink.byte(DOT);
  sink.padded(micros - seconds * 1_000_000, 6);
  sink.byte(COMMA);
}
