import type { Collector, ExporterDetail, ExporterSummary, Listener } from '../src/pages/exporters/types.ts';

const SEEN = '2026-11-20T11:59:58.000Z';

const BASE = {
  address: '192.0.2.1',
  name: 'edge',
  protocols: ['netflow9', 'ipfix'],
  first_seen: '2026-11-14T08:00:00.000Z',
  last_seen: SEEN,
  datagrams_per_second: 41.2,
  flows_per_second: 1234.5,
  loss_percent: 1.26,
  clock_skew: -90.4,
  counts: {
    datagrams: 48_213,
    bytes: 67_400_000,
    flows: 1_446_390,
    options: 120,
    counter_samples: 0,
    lost: 630,
    reordered: 4,
    duplicates: 0,
    restarts: 1,
    malformed: 0,
    without_template: 0,
    limited: 0,
  },
  conditions: [{ code: 'losing', since: SEEN, text: '1.3 % lost on the way.' }],
};

export function exporterOf(patch: Partial<ExporterSummary> = {}): ExporterSummary {
  return { ...BASE, templates: 4, sampling: [512, 1000], interfaces: 1, ...patch };
}

export function exporterDetailOf(patch: Partial<ExporterDetail> = {}): ExporterDetail {
  return {
    ...BASE,
    templates: [
      {
        protocol: 'netflow9',
        domain: 0,
        id: 256,
        kind: 'data',
        fields: ['sourceIPv4Address', 'octetDeltaCount'],
        record_bytes: 8,
        first_seen: SEEN,
        last_seen: SEEN,
        records: 1_446_390,
      },
    ],
    sampling: [{ protocol: 'netflow9', domain: 0, selector: null, rate: 1000, from: 'options', last_seen: SEEN }],
    interfaces: [
      {
        index: 7,
        name: 'xe-0',
        description: 'to the core',
        named_by: 'options',
        counters: {
          at: SEEN,
          speed: 1e9,
          up: true,
          in_errors: 0,
          out_errors: 2,
          in_discards: null,
          out_discards: null,
        },
        in_bps: 9e8,
        out_bps: null,
      },
    ],
    ...patch,
  };
}

export function listenerOf(patch: Partial<Listener> = {}): Listener {
  return {
    address: '0.0.0.0:2055',
    error: null,
    asked_buffer: 8_388_608,
    granted_buffer: 16_777_216,
    buffer_complete: true,
    datagrams: 48_213,
    bytes: 67_400_000,
    kernel_drops: 0,
    refused: 3,
    limited: 0,
    queue_drops: 0,
    ...patch,
  };
}

export function collectorOf(): Collector {
  return { listeners: [listenerOf()] };
}
