import type { Gauge } from 'prom-client';
import type { Metrics } from '../kit/metrics.ts';
import type { ExporterCounts } from '../model/exporter.ts';
import { CONDITION_CODES } from './exporter-conditions.ts';
import { COUNT_NAMES, type TrackedExporter } from './exporter-track.ts';

/** Exporters with a label of their own; the rest is summed up under `other`. */
const LABELLED = 500;
/** Interfaces, and sampling rates, of which there are metrics. The API has all of them. */
const MOST_INTERFACES = 1000;
const MOST_RATES = 2000;
const OTHER = 'other';

type Sample = readonly [label: string, value: number];

/** The accounts of all exporters as metrics. The label is the name that events carry; those with one name are one. */
export class ExporterMetrics {
  readonly #limit: number;
  /** How many exporters have the label. */
  readonly #labels = new Map<string, number>();
  readonly #counters: Readonly<Record<keyof ExporterCounts, ReturnType<Metrics['counter']>>>;

  constructor(metrics: Metrics, exporters: () => Iterable<TrackedExporter>, limit = LABELLED) {
    this.#limit = limit;
    this.#counters = countersOf(metrics);
    addGauges(metrics, exporters);
    addTables(metrics, exporters);
  }

  /** Gives an exporter its label, and takes back the one it had. */
  label(exporter: TrackedExporter): void {
    const { name } = exporter.report;
    if (exporter.label === name || (exporter.label === OTHER && this.#labels.size >= this.#limit)) return;
    this.release(exporter);
    const known = this.#labels.get(name) ?? 0;
    if (known === 0 && this.#labels.size >= this.#limit) {
      exporter.label = OTHER;
      return;
    }
    this.#labels.set(name, known + 1);
    exporter.label = name;
  }

  /** The series of a label go with the last exporter that has it. */
  release({ label }: TrackedExporter): void {
    const known = this.#labels.get(label);
    if (known === undefined) return;
    if (known > 1) {
      this.#labels.set(label, known - 1);
      return;
    }
    this.#labels.delete(label);
    for (const name of COUNT_NAMES) this.#counters[name].remove({ exporter: label });
  }

  count({ label }: TrackedExporter, grown: ExporterCounts): void {
    for (const name of COUNT_NAMES) this.#counters[name].inc({ exporter: label }, grown[name]);
  }
}

function countersOf(metrics: Metrics) {
  return {
    datagrams: metrics.counter('vedette_exporter_datagrams_total', 'Datagrams of an exporter.', ['exporter']),
    bytes: metrics.counter('vedette_exporter_received_bytes_total', 'Bytes of its datagrams.', ['exporter']),
    flows: metrics.counter('vedette_exporter_flows_total', 'Flow records that became events.', ['exporter']),
    options: metrics.counter('vedette_exporter_options_records_total', 'Options records.', ['exporter']),
    counter_samples: metrics.counter('vedette_exporter_counter_samples_total', 'sFlow counter samples.', ['exporter']),
    lost: metrics.counter(
      'vedette_exporter_lost_total',
      'Lost on the way by sequence number: datagrams (NetFlow v9, sFlow) or flow records (NetFlow v5, v7, IPFIX).',
      ['exporter'],
    ),
    reordered: metrics.counter('vedette_exporter_reordered_total', 'Datagrams that came late.', ['exporter']),
    duplicates: metrics.counter('vedette_exporter_duplicates_total', 'Datagrams that came twice.', ['exporter']),
    restarts: metrics.counter('vedette_exporter_restarts_total', 'Times its sequence began anew.', ['exporter']),
    malformed: metrics.counter(
      'vedette_exporter_malformed_datagrams_total',
      'Datagrams that could not be read, or not to their end.',
      ['exporter'],
    ),
    without_template: metrics.counter(
      'vedette_exporter_sets_without_template_total',
      'Data sets given up because their template did not come.',
      ['exporter'],
    ),
    limited: metrics.counter(
      'vedette_exporter_limited_datagrams_total',
      'Datagrams refused by the rate limit, before decoding.',
      ['exporter'],
    ),
  };
}

function addGauges(metrics: Metrics, exporters: () => Iterable<TrackedExporter>): void {
  const larger = (a: number, b: number) => Math.max(a, b);
  const fill = (
    gauge: Gauge,
    samples: (exporter: TrackedExporter) => number | null,
    join: (a: number, b: number) => number,
  ) =>
    set(
      gauge,
      gather(exporters(), (exporter) => one(exporter.label, samples(exporter)), join),
    );
  metrics.gauge('vedette_exporters', 'Exporters known, those of earlier runs included.', [], (gauge) =>
    gauge.set([...exporters()].length),
  );
  metrics.gauge('vedette_exporter_templates', 'Templates known of an exporter.', ['exporter'], (gauge) =>
    fill(
      gauge,
      ({ report }) => report.templates.length,
      (a, b) => a + b,
    ),
  );
  metrics.gauge(
    'vedette_exporter_clock_skew_seconds',
    'How far the clock of an exporter is behind ours; below 0 it is ahead.',
    ['exporter'],
    (gauge) =>
      fill(
        gauge,
        ({ report }) => report.clock_skew,
        (a, b) => (Math.abs(b) > Math.abs(a) ? b : a),
      ),
  );
  metrics.gauge(
    'vedette_exporter_last_seen_timestamp_seconds',
    'When an exporter last sent something, in Unix time.',
    ['exporter'],
    (gauge) => fill(gauge, ({ report }) => report.last_seen / 1e6, larger),
  );
  metrics.gauge(
    'vedette_exporter_condition',
    '1 while something is wrong with an exporter, by what it is.',
    ['exporter', 'code'],
    (gauge) => {
      gauge.reset();
      for (const code of CONDITION_CODES) {
        const held = (exporter: TrackedExporter) => one(exporter.label, exporter.conditions.has(code) ? 1 : 0);
        for (const [exporter, value] of gather(exporters(), held, larger)) gauge.set({ exporter, code }, value);
      }
    },
  );
}

/** What an exporter has several of. Those without a label of their own are left out: their sum would mean nothing. */
function addTables(metrics: Metrics, exporters: () => Iterable<TrackedExporter>): void {
  metrics.gauge(
    'vedette_exporter_sampling_rate',
    'One packet in so many is looked at; the highest rate of the domain.',
    ['exporter', 'protocol', 'domain'],
    (gauge) => {
      gauge.reset();
      let left = MOST_RATES;
      for (const { label, report } of exporters()) {
        if (label === OTHER) continue;
        const highest = new Map<string, { protocol: string; domain: number; rate: number }>();
        for (const { protocol, domain, rate } of report.sampling) {
          const key = `${protocol} ${domain}`;
          if (rate > (highest.get(key)?.rate ?? 0)) highest.set(key, { protocol, domain, rate });
        }
        for (const { protocol, domain, rate } of highest.values())
          if (left-- > 0) gauge.set({ exporter: label, protocol, domain: String(domain) }, rate);
      }
    },
  );
  const interfaces = function* () {
    let left = MOST_INTERFACES;
    for (const { label, report } of exporters())
      for (const each of label === OTHER ? [] : report.interfaces)
        if (each.counters && left-- > 0) yield { exporter: label, ...each, counters: each.counters };
  };
  metrics.gauge(
    'vedette_exporter_interface_bytes',
    'Octets that an interface counted, as sFlow counter samples say; it goes up, and wraps or restarts with the device.',
    ['exporter', 'interface', 'direction'],
    (gauge) => {
      gauge.reset();
      for (const { exporter, index, counters } of interfaces()) {
        const labels = { exporter, interface: String(index) };
        if (counters.in_octets !== null) gauge.set({ ...labels, direction: 'in' }, counters.in_octets);
        if (counters.out_octets !== null) gauge.set({ ...labels, direction: 'out' }, counters.out_octets);
      }
    },
  );
  metrics.gauge(
    'vedette_exporter_interface_bits_per_second',
    'Bits a second of an interface between its last two sFlow counter samples.',
    ['exporter', 'interface', 'direction'],
    (gauge) => {
      gauge.reset();
      for (const { exporter, index, in_bps, out_bps } of interfaces()) {
        const labels = { exporter, interface: String(index) };
        if (in_bps !== null) gauge.set({ ...labels, direction: 'in' }, in_bps);
        if (out_bps !== null) gauge.set({ ...labels, direction: 'out' }, out_bps);
      }
    },
  );
}

function one(label: string, value: number | null): Sample | undefined {
  return value === null ? undefined : [label, value];
}

function gather(
  exporters: Iterable<TrackedExporter>,
  sample: (exporter: TrackedExporter) => Sample | undefined,
  join: (a: number, b: number) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const exporter of exporters) {
    const found = sample(exporter);
    if (!found) continue;
    const [label, value] = found;
    const before = sums.get(label);
    sums.set(label, before === undefined ? value : join(before, value));
  }
  return sums;
}

function set(gauge: Gauge, values: ReadonlyMap<string, number>): void {
  gauge.reset();
  for (const [exporter, value] of values) gauge.set({ exporter }, value);
}
