import { beforeEach, describe, expect, it } from 'vitest';
import { exporterReport, NO_COUNTS, Shelf } from '../../test/fakes/exporters.ts';
import { silentLog } from '../kit/log.ts';
import { Metrics } from '../kit/metrics.ts';
import type { ExporterCounts, ExporterReport } from '../model/exporter.ts';
import { ExporterRegistry } from './exporter-registry.ts';

const START = Date.UTC(2026, 10, 20, 12);
let metrics: Metrics;

function registry(): ExporterRegistry {
  return new ExporterRegistry({
    state: new Shelf(),
    metrics,
    log: silentLog,
    options: { silentAfterSeconds: 300, lossPercent: 5, clockSkewSeconds: 60 },
    now: () => START,
  });
}

const report = (counts: Partial<ExporterCounts>, more: Partial<ExporterReport> = {}) =>
  exporterReport(START, counts, more);
const metric = async (name: string) =>
  (await metrics.registry.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'));

beforeEach(() => {
  metrics = new Metrics();
});

describe('metrics of exporters', () => {
  it('count what grew, also when the collector begins anew with one', async () => {
    const on = registry();
    on.update([report({ datagrams: 5, flows: 100 })]);
    on.update([report({ datagrams: 7, flows: 150 })]);
    on.update([report({ datagrams: 1, flows: 20 })]);
    expect(await metric('vedette_exporter_flows_total')).toEqual(['vedette_exporter_flows_total{exporter="edge"} 170']);
    expect(await metric('vedette_exporter_datagrams_total')).toEqual([
      'vedette_exporter_datagrams_total{exporter="edge"} 8',
    ]);
  });

  it('show conditions as 0 and 1, and what the device says of itself', async () => {
    const on = registry();
    const counters = {
      at: START * 1000,
      speed: 1e9,
      up: true,
      in_octets: 5000,
      out_octets: null,
      in_packets: null,
      out_packets: null,
      in_errors: null,
      out_errors: null,
      in_discards: null,
      out_discards: null,
    };
    const sample = { protocol: 'sflow' as const, domain: 3, from: 'header' as const, last_seen: START * 1000 };
    const plain = { description: '', named_by: '' as const, name: '' };
    on.update([
      report(
        { datagrams: 5, limited: 1 },
        {
          clock_skew: -2.5,
          sampling: [
            { ...sample, selector: 1, rate: 1000 },
            { ...sample, selector: 2, rate: 2000 },
          ],
          interfaces: [
            { index: 4, ...plain, counters, in_bps: 800, out_bps: null },
            { index: 5, ...plain, counters: null, in_bps: null, out_bps: null },
          ],
        },
      ),
    ]);
    expect(await metric('vedette_exporter_condition')).toEqual(
      ['silent', 'losing', 'clock', 'no-template', 'limited', 'malformed'].map(
        (code) => `vedette_exporter_condition{exporter="edge",code="${code}"} ${code === 'limited' ? 1 : 0}`,
      ),
    );
    expect(await metric('vedette_exporters')).toEqual(['vedette_exporters 1']);
    expect(await metric('vedette_exporter_clock_skew_seconds')).toEqual([
      'vedette_exporter_clock_skew_seconds{exporter="edge"} -2.5',
    ]);
    expect(await metric('vedette_exporter_last_seen_timestamp_seconds')).toEqual([
      `vedette_exporter_last_seen_timestamp_seconds{exporter="edge"} ${START / 1000}`,
    ]);
    expect(await metric('vedette_exporter_sampling_rate')).toEqual([
      'vedette_exporter_sampling_rate{exporter="edge",protocol="sflow",domain="3"} 2000',
    ]);
    expect(await metric('vedette_exporter_interface_bytes')).toEqual([
      'vedette_exporter_interface_bytes{exporter="edge",interface="4",direction="in"} 5000',
    ]);
    expect(await metric('vedette_exporter_interface_bits_per_second')).toEqual([
      'vedette_exporter_interface_bits_per_second{exporter="edge",interface="4",direction="in"} 800',
    ]);
  });

  it('have five hundred labels, and one for all the others', async () => {
    const on = registry();
    const many = Array.from({ length: 620 }, (_, i) => report({ datagrams: 2 }, { address: `a${i}`, name: `n${i}` }));
    on.update(many);
    const series = await metric('vedette_exporter_datagrams_total');
    expect(series).toHaveLength(501);
    expect(series).toContain('vedette_exporter_datagrams_total{exporter="n499"} 2');
    expect(series).toContain('vedette_exporter_datagrams_total{exporter="other"} 240');
    expect(await metric('vedette_exporter_condition')).toHaveLength(501 * 6);
    await on.forget('a0');
    on.update([{ ...many[619], counts: { ...NO_COUNTS, datagrams: 5 } }]);
    expect(await metric('vedette_exporter_datagrams_total')).toContain(
      'vedette_exporter_datagrams_total{exporter="n619"} 3',
    );
  });

  it('join exporters of one name', async () => {
    const on = registry();
    on.update([
      report({ datagrams: 2, limited: 1 }, { address: '192.0.2.1', clock_skew: 1 }),
      report({ datagrams: 3 }, { address: '192.0.2.2', clock_skew: -7 }),
    ]);
    expect(await metric('vedette_exporter_datagrams_total')).toEqual([
      'vedette_exporter_datagrams_total{exporter="edge"} 5',
    ]);
    expect(await metric('vedette_exporter_clock_skew_seconds')).toEqual([
      'vedette_exporter_clock_skew_seconds{exporter="edge"} -7',
    ]);
    expect(await metric('vedette_exporter_condition')).toContain(
      'vedette_exporter_condition{exporter="edge",code="limited"} 1',
    );
    await on.forget('192.0.2.1');
    expect(await metric('vedette_exporter_datagrams_total')).toHaveLength(1);
  });
});
