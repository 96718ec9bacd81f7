import type { Overview, Top, VedetteEvent } from '../src/api/types.ts';

const kpi = (value: number | null, previous: number | null = null) => ({ value, previous, spark: null });

export function overviewOf(patch: Partial<Overview> = {}): Overview {
  return {
    range: { from: '2026-11-20T11:00:00.000000Z', to: '2026-11-20T12:00:00.000000Z' },
    previous: { from: '2026-11-20T10:00:00.000000Z', to: '2026-11-20T11:00:00.000000Z' },
    kpis: {
      events: kpi(1200, 1000),
      sources: kpi(2, 2),
      batches: kpi(40, 38),
      threats: kpi(3, 0),
      risk_avg: kpi(7.4, 6),
      high_risk: kpi(1, 0),
      lag_seconds: kpi(1.5, 2),
      bytes: kpi(4_200_000, 1),
    },
    newest: '2026-11-20T11:59:58.000000Z',
    oldest: '2026-11-14T08:00:00.000000Z',
    took_ms: 3,
    ...patch,
  };
}

export const NO_EVENTS: Overview['kpis'] = { events: kpi(0, 0) };

export function topOf(field: string, values: (string | number | null)[]): Top {
  const items = values.map((value, i) => ({ value, events: 100 - i * 10, bytes: 1000 - i, packets: 10, risk: 80 - i }));
  return {
    field,
    by: 'events',
    items,
    distinct: 4812,
    total: { events: 1000, bytes: 100_000, packets: 1000 },
    other: { events: 310, bytes: 1, packets: 1 },
    range: { from: '', to: '' },
    took_ms: 1,
  };
}

export function eventOf(patch: Partial<VedetteEvent> = {}): VedetteEvent {
  return {
    id: '42',
    ts: '2026-11-20T11:59:58.123456Z',
    kind: 'flow',
    src_ip: '192.0.2.10',
    dst_ip: '203.0.113.7',
    src_port: 51514,
    dst_port: 3389,
    proto: 'tcp',
    bytes: 48213,
    packets: 61,
    src_geo: null,
    dst_geo: { country: 'NL', city: 'Amsterdam', lat: 52.4, lon: 4.9 },
    src_asn: null,
    dst_asn: { asn: 64500, org: 'Example Hosting' },
    ti_matches: [{ indicator: '203.0.113.7', category: 'c2', confidence: 90, source: 'local', field: 'dst.ip' }],
    risk_score: 75,
    risk_reasons: [
      { code: 'intel.c2', points: 60, reason: 'Matches a command and control server' },
      { code: 'port.remote', points: 15, reason: 'Remote access from outside' },
    ],
    tags: ['watch'],
    attrs: { history: 'ShADadfF', conn: { missed_bytes: 0 } },
    ...patch,
  };
}
