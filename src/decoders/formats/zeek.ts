import { type Format, TIME_KEYS } from '../json/format.ts';

/** The connection of a log line, in Zeek's own spelling, in that of stores which do not like dots, and in ours. */
const CONNECTION = {
  ts: TIME_KEYS,
  uid: ['uid'],
  src_ip: ['id.orig_h', 'id_orig_h', 'src_ip'],
  src_port: ['id.orig_p', 'id_orig_p', 'src_port'],
  dst_ip: ['id.resp_h', 'id_resp_h', 'dst_ip'],
  dst_port: ['id.resp_p', 'id_resp_p', 'dst_port'],
  exporter: ['_system_name', '_node_name', 'exporter', 'sensor'],
  tags: ['tags'],
  path: ['_path'],
} as const;

const TCP = 6;

/** https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html */
export const ZEEK_CONN: Format = {
  name: 'zeek.conn',
  kind: 'conn',
  doc: 'Zeek conn.log as JSON. Bytes are those of the IP layer where the log has them (orig_ip_bytes), so that they compare with flows.',
  fields: {
    ...CONNECTION,
    proto: ['ip_proto', 'proto'],
    duration: ['duration'],
    app: ['service'],
    state: ['conn_state'],
    src_bytes: ['orig_ip_bytes', 'orig_bytes'],
    dst_bytes: ['resp_ip_bytes', 'resp_bytes'],
    src_packets: ['orig_pkts'],
    dst_packets: ['resp_pkts'],
    vlan: ['vlan'],
  },
  extras: {
    history: 'string',
    missed_bytes: 'integer',
    local_orig: 'boolean',
    local_resp: 'boolean',
    community_id: 'string',
    tunnel_parents: 'array',
    inner_vlan: 'integer',
    _write_ts: 'string',
  },
  marks: ['conn_state', 'orig_pkts', 'resp_pkts', 'orig_ip_bytes', 'resp_ip_bytes', 'orig_bytes', 'history'],
};

/** https://docs.zeek.org/en/master/scripts/base/protocols/dns/main.zeek.html */
export const ZEEK_DNS: Format = {
  name: 'zeek.dns',
  kind: 'dns',
  doc: 'Zeek dns.log as JSON: the query is the domain, the response code the state, the round trip the duration.',
  app: 'dns',
  fields: { ...CONNECTION, proto: ['proto'], domain: ['query'], state: ['rcode_name', 'rcode'], duration: ['rtt'] },
  extras: {
    trans_id: 'integer',
    qclass: 'integer',
    qclass_name: 'string',
    qtype: 'integer',
    qtype_name: 'string',
    AA: 'boolean',
    TC: 'boolean',
    RD: 'boolean',
    RA: 'boolean',
    Z: 'integer',
    answers: 'array',
    TTLs: 'array',
    rejected: 'boolean',
  },
  marks: ['qtype_name', 'qtype', 'rcode_name', 'rcode', 'qclass', 'trans_id', 'TTLs'],
};

/** https://docs.zeek.org/en/master/scripts/base/protocols/ssl/main.zeek.html */
export const ZEEK_SSL: Format = {
  name: 'zeek.ssl',
  kind: 'tls',
  doc: 'Zeek ssl.log as JSON: the server name is the domain, the validation status the state.',
  app: 'ssl',
  proto: TCP,
  fields: { ...CONNECTION, domain: ['server_name'], state: ['validation_status'] },
  extras: {
    version: 'string',
    cipher: 'string',
    curve: 'string',
    resumed: 'boolean',
    last_alert: 'string',
    next_protocol: 'string',
    established: 'boolean',
    ssl_history: 'string',
    cert_chain_fps: 'array',
    cert_chain_fuids: 'array',
    subject: 'string',
    issuer: 'string',
    sni_matches_cert: 'boolean',
    ja3: 'string',
    ja3s: 'string',
  },
  marks: ['cipher', 'curve', 'established', 'next_protocol', 'ja3', 'ssl_history', 'cert_chain_fps'],
};

/** https://docs.zeek.org/en/master/scripts/base/protocols/http/main.zeek.html */
export const ZEEK_HTTP: Format = {
  name: 'zeek.http',
  kind: 'http',
  doc: 'Zeek http.log as JSON: the host is the domain, the status code the state. Body lengths stay in attrs, since conn.log counts the same bytes.',
  app: 'http',
  proto: TCP,
  fields: { ...CONNECTION, domain: ['host'], state: ['status_code'], user: ['username'] },
  extras: {
    trans_depth: 'integer',
    method: 'string',
    uri: 'string',
    referrer: 'string',
    version: 'string',
    user_agent: 'string',
    origin: 'string',
    request_body_len: 'integer',
    response_body_len: 'integer',
    status_msg: 'string',
    resp_fuids: 'array',
    resp_mime_types: 'array',
  },
  marks: ['method', 'uri', 'user_agent', 'status_code', 'trans_depth', 'request_body_len', 'response_body_len'],
};

/** https://docs.zeek.org/en/master/scripts/base/frameworks/notice/main.zeek.html */
export const ZEEK_NOTICE: Format = {
  name: 'zeek.notice',
  kind: 'notice',
  doc: 'Zeek notice.log as JSON: the name of the notice is the state.',
  fields: {
    ...CONNECTION,
    src_ip: [...CONNECTION.src_ip, 'src'],
    dst_ip: [...CONNECTION.dst_ip, 'dst'],
    dst_port: [...CONNECTION.dst_port, 'p'],
    proto: ['proto'],
    state: ['note'],
    exporter: [...CONNECTION.exporter, 'peer_descr'],
  },
  extras: {
    msg: 'string',
    sub: 'string',
    n: 'integer',
    fuid: 'string',
    file_mime_type: 'string',
    file_desc: 'string',
    actions: 'array',
    suppress_for: 'number',
  },
  marks: ['note', 'suppress_for'],
};

/** https://docs.zeek.org/en/master/scripts/base/frameworks/notice/weird.zeek.html */
export const ZEEK_WEIRD: Format = {
  name: 'zeek.weird',
  kind: 'weird',
  doc: 'Zeek weird.log as JSON: the name of the oddity is the state.',
  fields: { ...CONNECTION, state: ['name'], exporter: [...CONNECTION.exporter, 'peer'] },
  extras: { addl: 'string', notice: 'boolean', source: 'string' },
  marks: ['notice', 'addl'],
};

/** https://docs.zeek.org/en/master/scripts/base/frameworks/files/main.zeek.html */
export const ZEEK_FILES: Format = {
  name: 'zeek.files',
  kind: 'file',
  doc: 'Zeek files.log as JSON. Older logs have no connection but lists of hosts: the sender is the source. Sizes stay in attrs, since conn.log counts the same bytes.',
  fields: {
    ...CONNECTION,
    uid: ['uid', 'conn_uids'],
    src_ip: [...CONNECTION.src_ip, 'tx_hosts'],
    dst_ip: [...CONNECTION.dst_ip, 'rx_hosts'],
    app: ['source'],
    duration: ['duration'],
  },
  extras: {
    fuid: 'string',
    depth: 'integer',
    analyzers: 'array',
    mime_type: 'string',
    filename: 'string',
    local_orig: 'boolean',
    is_orig: 'boolean',
    seen_bytes: 'integer',
    total_bytes: 'integer',
    missing_bytes: 'integer',
    overflow_bytes: 'integer',
    timedout: 'boolean',
    md5: 'string',
    sha1: 'string',
    sha256: 'string',
  },
  marks: ['tx_hosts', 'rx_hosts', 'conn_uids', 'seen_bytes', 'analyzers', 'overflow_bytes'],
};
