import { describe, expect, it } from 'vitest';
import { KINDS } from '../../model/kinds.ts';
import { decode } from '../fixtures/decode.ts';

const ID = { 'id.orig_h': '192.0.2.10', 'id.orig_p': 51022, 'id.resp_h': '198.51.100.7', 'id.resp_p': 443 };
const TS = 1713484795.943239;
const MICROS = 1713484795943239;
const CONN = {
  ts: TS,
  uid: 'CtVx3R1',
  ...ID,
  proto: 'tcp',
  service: 'ssl',
  duration: 6.4e-5,
  orig_bytes: 500,
  resp_bytes: 9000,
  conn_state: 'SF',
  local_orig: true,
  missed_bytes: 0,
  history: 'ShADadFf',
  orig_pkts: 10,
  orig_ip_bytes: 1020,
  resp_pkts: 12,
  resp_ip_bytes: 9624,
};
const EVENT = {
  ts: MICROS,
  kind: KINDS.conn,
  src_ip: '192.0.2.10',
  dst_ip: '198.51.100.7',
  src_port: 51022,
  dst_port: 443,
  proto: 6,
  bytes: 10644,
  packets: 22,
  src_bytes: 1020,
  dst_bytes: 9624,
  src_packets: 10,
  dst_packets: 12,
  duration: 0.000064,
  app: 'ssl',
  state: 'SF',
  uid: 'CtVx3R1',
};

/** The one event of `record`, with `attrs` parsed. */
function only(record: unknown, encoding = 'auto'): Record<string, unknown> {
  const { events, rejected } = decode(record, encoding);
  expect(rejected).toEqual([]);
  expect(events).toHaveLength(1);
  const { attrs, ...event } = events[0];
  return attrs === undefined ? event : { ...event, attrs: JSON.parse(String(attrs)) };
}

describe('zeek.conn', () => {
  const attrs = { orig_bytes: 500, resp_bytes: 9000, local_orig: true, missed_bytes: 0, history: 'ShADadFf' };

  it.each(['auto', 'zeek', 'zeek.conn'])('is read as %s', (encoding) => {
    expect(only(CONN, encoding)).toEqual({ ...EVENT, attrs });
  });

  it('is read in the spelling with underscores, and with values as strings', () => {
    const spelled = Object.entries(CONN).map(([key, value]) => [key.replace('.', '_'), String(value)]);
    const { attrs: others, ...event } = only(Object.fromEntries(spelled));
    expect(event).toEqual(EVENT);
    expect(others).toEqual({ ...attrs, orig_bytes: '500', resp_bytes: '9000', local_orig: 'true', missed_bytes: '0' });
  });

  it('takes the payload bytes where the log has no IP bytes', () => {
    const { orig_ip_bytes: _, resp_ip_bytes: __, ...record } = CONN;
    expect(only(record)).toMatchObject({ src_bytes: 500, dst_bytes: 9000, bytes: 9500 });
  });

  it('takes the node or the system as exporter, the system first', () => {
    expect(only({ _path: 'conn', _node_name: 'worker-1', ...CONN })).toMatchObject({ exporter: 'worker-1' });
    const both = only({ _path: 'conn', _system_name: 'sensor.example', _node_name: 'worker-1', ...CONN });
    expect(both).toMatchObject({ exporter: 'sensor.example', attrs: { ...attrs, _node_name: 'worker-1' } });
  });

  it('treats null, "" and "-" as absent, and needs no more than a time', () => {
    const record = { ts: TS, ...ID, proto: '-', service: null, duration: '', conn_state: '-', orig_pkts: '-' };
    const { kind, ts, src_ip, dst_ip, src_port, dst_port } = EVENT;
    expect(only(record)).toEqual({ kind, ts, src_ip, dst_ip, src_port, dst_port });
  });

  it('says icmp for both versions', () => {
    const icmp = { ts: TS, 'id.orig_p': 8, 'id.resp_p': 0, proto: 'icmp', conn_state: 'OTH' };
    const six = { 'id.orig_h': '2001:db8::1', 'id.resp_h': '2001:db8::2' };
    expect(only({ ...icmp, ...six })).toMatchObject({ proto: 58, src_port: 8, src_ip: '2001:db8::1' });
    expect(only({ ...icmp, 'id.orig_h': '192.0.2.1', 'id.resp_h': '192.0.2.2' })).toMatchObject({ proto: 1 });
    expect(only({ ...icmp, proto: 'unknown_transport' })).not.toHaveProperty('proto');
  });
});

describe('the other Zeek logs', () => {
  const base = { ts: TS, uid: 'C1', ...ID };
  const common = {
    ts: MICROS,
    uid: 'C1',
    src_ip: '192.0.2.10',
    src_port: 51022,
    dst_ip: '198.51.100.7',
    dst_port: 443,
  };

  it.each([
    [
      'dns',
      { proto: 'udp', trans_id: 7, rtt: 0.07, query: 'a.example', qtype_name: 'TXT', rcode: 0, rcode_name: 'NOERROR' },
      { kind: KINDS.dns, proto: 17, app: 'dns', domain: 'a.example', state: 'NOERROR', duration: 0.07 },
      { trans_id: 7, qtype_name: 'TXT', rcode: 0 },
    ],
    [
      'ssl',
      { version: 'TLSv13', server_name: 'b.example', established: true, ja3: 'abc', validation_status: 'ok' },
      { kind: KINDS.tls, proto: 6, app: 'ssl', domain: 'b.example', state: 'ok' },
      { version: 'TLSv13', established: true, ja3: 'abc' },
    ],
    [
      'http',
      { method: 'GET', host: 'c.example', uri: '/x', user_agent: 'curl', status_code: 404, response_body_len: 9 },
      { kind: KINDS.http, proto: 6, app: 'http', domain: 'c.example', state: '404' },
      { method: 'GET', uri: '/x', user_agent: 'curl', response_body_len: 9 },
    ],
    [
      'notice',
      {
        note: 'Scan::Port_Scan',
        msg: 'scanned',
        src: '192.0.2.99',
        suppress_for: 3600,
        actions: ['Notice::ACTION_LOG'],
      },
      { kind: KINDS.notice, state: 'Scan::Port_Scan' },
      { msg: 'scanned', src: '192.0.2.99', suppress_for: 3600, actions: ['Notice::ACTION_LOG'] },
    ],
    [
      'weird',
      { name: 'bad_TCP_checksum', notice: false, peer: 'zeek' },
      { kind: KINDS.weird, state: 'bad_TCP_checksum', exporter: 'zeek' },
      { notice: false },
    ],
    [
      'files',
      { fuid: 'F1', source: 'HTTP', mime_type: 'image/gif', seen_bytes: 43, analyzers: [], duration: 1.5 },
      { kind: KINDS.file, app: 'HTTP', duration: 1.5 },
      { fuid: 'F1', mime_type: 'image/gif', seen_bytes: 43, analyzers: [] },
    ],
  ])('%s is read by name, by path, by format and by its keys', (log, record, event, attrs) => {
    const expected = { ...common, ...event, attrs };
    expect(only({ ...base, ...record }, `zeek.${log}`)).toEqual(expected);
    expect(only({ ...base, ...record })).toEqual(expected);
    expect(only({ _path: log, ...base, ...record }, 'zeek')).toEqual(expected);
    expect(only({ format: `zeek.${log}`, records: [{ ...base, ...record }] })).toEqual(expected);
    const named = only({ ...base, ...record, format: `zeek.${log}` });
    expect(named).toEqual({ ...expected, attrs: { ...attrs, format: `zeek.${log}` } });
  });

  it('takes the first of the hosts and connections of an older files.log', () => {
    const record = {
      ts: TS,
      fuid: 'F',
      tx_hosts: ['192.0.2.1', '192.0.2.2'],
      rx_hosts: ['2001:db8::5'],
      conn_uids: ['C9'],
    };
    const { fuid, tx_hosts, rx_hosts, conn_uids } = record;
    expect(only(record)).toEqual({
      ts: MICROS,
      kind: KINDS.file,
      src_ip: '192.0.2.1',
      dst_ip: '2001:db8::5',
      uid: 'C9',
      attrs: { fuid, tx_hosts, rx_hosts, conn_uids },
    });
    expect(only({ ...record, tx_hosts: [] })).not.toHaveProperty('src_ip');
  });

  it('takes the addresses of a notice without a connection', () => {
    const notice = only({ ts: TS, note: 'Scan::Address_Scan', src: '192.0.2.7', dst: '192.0.2.8', p: 22 });
    expect(notice).toMatchObject({ src_ip: '192.0.2.7', dst_ip: '192.0.2.8', dst_port: 22 });
  });

  it('rejects a log that is not read here, and only that record', () => {
    const { events, rejected } = decode([CONN, { _path: 'x509', ...base }, CONN], 'zeek');
    expect(events).toHaveLength(2);
    expect(rejected).toMatchObject([{ index: 1, reason: 'UNKNOWN_FORMAT' }]);
  });
});
