import { describe, expect, it } from 'vitest';
import { anomalyOf, BEGIN, windowOf } from '../../../test-support/traffic.ts';
import { anomalyKey } from './anomaly-key.ts';
import { eventsOf, eventsOfAnomaly, eventsOfEvidence } from './event-links.ts';
import { metricName, metricValue, percent, techniqueAddress } from './names.ts';
import { conditionsOf, draftOf, namesSomething, orderOf } from './rule-draft.ts';
import { indexAt, metricNamed, seriesOf, summaryOf, worst } from './series.ts';

const THIN = '\u202f';
const WINDOWS = [0, 1, 2, 3].map((id) => windowOf(id));

describe('series', () => {
  it('has no value where nothing was measured', () => {
    const silent = windowOf(4, {
      latency: { mean_rtt: null, max_rtt: null, p95_rtt: null, samples: 0 },
      protocol: { bytes: {}, services: {}, data_segments: 0, retransmitted: 0, reordered: 0, loss_rate: 0 },
    });
    expect(seriesOf([silent], [], {}, metricNamed('latency')).values).toEqual([null]);
    expect(seriesOf([silent], [], {}, metricNamed('loss')).values).toEqual([null]);
    expect(seriesOf([silent], [], {}, metricNamed('bandwidth')).values).toEqual([5_000_000]);
    expect(summaryOf(seriesOf([silent], [], {}, metricNamed('loss')))).toBe('Loss: nothing was measured in 1 windows.');
  });

  it('marks windows with the worst that ended in them', () => {
    const low = anomalyOf({ severity: 'low' });
    const long = anomalyOf({ window_start: BEGIN, window_end: BEGIN + 20 });
    const later = anomalyOf({ severity: 'medium', window_start: BEGIN + 30, window_end: BEGIN + 40 });
    const outside = anomalyOf({ window_start: BEGIN + 900, window_end: BEGIN + 910 });
    const { marks } = seriesOf(WINDOWS, [low, long, later, outside], {}, metricNamed('bandwidth'));
    expect(marks.map(({ index, severity, anomalies }) => [index, severity, anomalies.length])).toEqual([
      [1, 'high', 2],
      [3, 'medium', 1],
    ]);
    expect(worst([low, later])).toBe('medium');
  });

  it.each([
    [BEGIN, -1],
    [BEGIN + 1, 0],
    [BEGIN + 10, 0],
    [BEGIN + 10.5, 1],
    [BEGIN + 40, 3],
    [BEGIN + 41, -1],
  ])('finds the window that %s is the end of, or in', (end, index) => expect(indexAt(WINDOWS, end)).toBe(index));

  it('finds none in gaps and in nothing', () => {
    expect(indexAt([windowOf(0), windowOf(5)], BEGIN + 30)).toBe(-1);
    expect(indexAt([], BEGIN)).toBe(-1);
  });
});

describe('names of metrics and their values', () => {
  it.each([
    ['avg_bps', 412e6, 'avg bits', `412${THIN}Mb/s`],
    ['median_rtt_ms', 182, 'median rtt', '182 ms'],
    ['open_s', 7260, 'open', '2 h 1 min'],
    ['loss_rate', 0.0123, 'loss rate', `1.23${THIN}%`],
    ['encoded_bytes', 48_213, 'encoded bytes', `48.2${THIN}kB`],
    ['distinct_ports', 412, 'distinct ports', '412'],
    ['avg_pps', 1500, 'avg packets', `1.50${THIN}k packets/s`],
  ])('%s', (metric, value, name, text) => {
    expect(metricName(metric)).toBe(name);
    expect(metricValue(metric, value)).toBe(text);
  });

  it('has the rest', () => {
    expect(percent(0)).toBe(`0${THIN}%`);
    expect(techniqueAddress('T1046')).toBe('https://attack.mitre.org/techniques/T1046/');
  });
});

describe('keys of anomalies', () => {
  it('are the same for the same one, and others for others', () => {
    expect(anomalyKey(anomalyOf())).toBe(anomalyKey(anomalyOf({ score: 12 })));
    const others = [
      anomalyOf(),
      anomalyOf({ port: 80 }),
      anomalyOf({ flow_src: undefined }),
      anomalyOf({ window_end: 1 }),
    ];
    expect(new Set(others.map(anomalyKey)).size).toBe(4);
    expect(anomalyKey(anomalyOf())).toMatch(/^a[0-9a-f]{16}$/);
  });
});

describe('ways to events', () => {
  it('take the whole time of windows that begin between two milliseconds', () => {
    const span = { window_start: 1.2345, window_end: 2.3451 };
    expect(eventsOf(span)).toEqual({ from: '1970-01-01T00:00:01.234Z', to: '1970-01-01T00:00:02.346Z', q: '' });
  });

  it('name what is known of an anomaly', () => {
    const q = (patch: Parameters<typeof anomalyOf>[0]) => eventsOfAnomaly(anomalyOf(patch)).q;
    expect(q({ flow_src: undefined, flow_dst: '203.0.113.0/24', port: undefined })).toBe('ip = 203.0.113.0/24');
    expect(q({ flow_src: undefined, flow_dst: undefined, port: undefined })).toBe('');
    expect(q({ flow_dst: undefined, port: 53 })).toBe('ip = 192.0.2.40 and dst.port = 53');
  });

  it('go back as far as the detector did', () => {
    const from = (patch: Parameters<typeof anomalyOf>[0]) => eventsOfAnomaly(anomalyOf(patch)).from;
    expect(from({})).toBe('2026-11-19T12:00:10.000Z');
    expect(from({ type: 'port_scan' })).toBe('2026-11-20T11:50:10.000Z');
    expect(from({ type: 'traffic_spike', flow_src: undefined, flow_dst: undefined, port: undefined })).toBe(
      '2026-11-20T12:00:10.000Z',
    );
  });
});

describe('ways to evidence', () => {
  const at = (id: string) => eventsOfEvidence(anomalyOf({ flow_dst: undefined }), id);

  it('open an event by its id, over the day before', () => {
    expect(at('9007199254840981')).toEqual({
      from: '2026-11-19T12:00:10.000Z',
      to: '2026-11-20T12:00:20.000Z',
      q: '',
      row: '9007199254840981',
    });
  });

  it('find a connection by its uid, and without one what the anomaly is about', () => {
    expect(at('3fa9c1d2e4b7-C1z').q).toBe('uid = "3fa9c1d2e4b7-C1z"');
    expect(at('a-"b').q).toBe('uid = "a-\\"b"');
    expect(at('C1z')).toEqual(eventsOfAnomaly(anomalyOf({ flow_dst: undefined })));
  });
});

describe('drafts of rules', () => {
  it('begin with what the anomaly names', () => {
    expect(conditionsOf(draftOf(anomalyOf()))).toEqual({
      source: '192.0.2.40',
      destination: '203.0.113.66',
      port: 443,
      detector: 'beaconing',
    });
    expect(namesSomething(draftOf())).toBe(false);
    expect(conditionsOf(draftOf())).toEqual({});
  });

  it('end when they say, and keep port 0', () => {
    const draft = { ...draftOf(), port: '0', expiry: 'day', reason: ' x ' };
    expect(orderOf(draft, 0)).toEqual({ port: 0, expires: '1970-01-02T00:00:00.000Z', reason: 'x' });
    expect(orderOf({ ...draft, expiry: 'never' }, 0)).not.toHaveProperty('expires');
  });
});
