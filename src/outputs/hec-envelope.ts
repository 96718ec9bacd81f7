import type { EventRow } from '../model/event-row.ts';

/** Names of exporters whose text is kept ready. */
const MOST_HOSTS = 1000;

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
  readonly #common: string;
  readonly #hosts = new Map<string, string>();

  constructor(parts: EnvelopeParts) {
    this.#byExporter = parts.host === '';
    this.columns = this.#byExporter ? ['ts', 'exporter'] : ['ts'];
    const { host, source, sourcetype, index, fields } = parts;
    const members = Object.entries({ host, source, sourcetype, index })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`);
    if (Object.keys(fields).length > 0) members.push(`"fields":${JSON.stringify(fields)},`);
    this.#common = members.join('');
  }

  /** @param event JSON text of the event. */
  write(row: EventRow, event: string): string {
    const host = this.#byExporter ? this.#host(row.exporter) : '';
    return `{${timeOf(row.ts)}${host}${this.#common}"event":${event}}`;
  }

  #host(exporter: string | number | null | undefined): string {
    if (typeof exporter !== 'string' || exporter === '') return '';
    const known = this.#hosts.get(exporter);
    if (known !== undefined) return known;
    const text = `"host":${JSON.stringify(exporter)},`;
    if (this.#hosts.size >= MOST_HOSTS) this.#hosts.clear();
    this.#hosts.set(exporter, text);
    return text;
  }
}

/**
 * Epoch seconds with six decimals, never in exponent form, which Splunk 10 refuses (code 15). Left out when not known:
 * Splunk then takes the time of arrival. A time before 1970 is 1970.
 * @param ts microseconds since 1970.
 */
function timeOf(ts: string | number | null | undefined): string {
  const micros = typeof ts === 'number' ? Math.max(0, Math.round(ts)) : Number.NaN;
  if (!Number.isSafeInteger(micros)) return '';
  const seconds = Math.floor(micros / 1_000_000);
  // A million more gives the leading zeros.
  return `"time":${seconds}.${String(micros - seconds * 1_000_000 + 1_000_000).slice(1)},`;
}
