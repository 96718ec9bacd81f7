import type { Conversation } from './office.ts';

/** The words in which sensors speak. What they write is what the real ones write; nothing of ours is used. */

/** A record of the telemetry API's own format. */
export function asFlow(c: Conversation): object {
  return {
    ts: iso(c.at),
    src_ip: c.from,
    dst_ip: c.to,
    src_port: c.fromPort,
    dst_port: c.toPort,
    proto: c.proto,
    bytes: c.sent + c.received,
    packets: packets(c.sent) + packets(c.received),
    app: c.service || undefined,
  };
}

/** A line of Zeek's conn.log as JSON. */
export function asConn(c: Conversation, uid: string): object {
  return {
    _path: 'conn',
    ts: c.at,
    uid,
    'id.orig_h': c.from,
    'id.orig_p': c.fromPort,
    'id.resp_h': c.to,
    'id.resp_p': c.toPort,
    proto: c.proto,
    ...(c.service && { service: c.service }),
    duration: c.duration,
    orig_bytes: c.sent,
    resp_bytes: c.received,
    conn_state: c.state,
    history: c.state === 'SF' ? 'ShADadFf' : 'Sr',
    orig_pkts: packets(c.sent),
    orig_ip_bytes: c.sent + 40 * packets(c.sent),
    resp_pkts: packets(c.received),
    resp_ip_bytes: c.received + 40 * packets(c.received),
  };
}

/** The line of dns.log or ssl.log that belongs to the connection, if it has one. */
export function asDetail(c: Conversation, uid: string): object | undefined {
  const common = {
    ts: c.at,
    uid,
    'id.orig_h': c.from,
    'id.orig_p': c.fromPort,
    'id.resp_h': c.to,
    'id.resp_p': c.toPort,
  };
  if (c.service === 'dns')
    return {
      _path: 'dns',
      ...common,
      proto: c.proto,
      query: c.name,
      qtype: 1,
      qtype_name: 'A',
      rcode: 0,
      rcode_name: 'NOERROR',
      rtt: c.duration,
    };
  if (c.service === 'ssl' && c.proto === 'tcp')
    return {
      _path: 'ssl',
      ...common,
      version: 'TLSv13',
      cipher: 'TLS_AES_128_GCM_SHA256',
      server_name: c.name,
      resumed: false,
      established: true,
    };
  return undefined;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function packets(bytes: number): number {
  return bytes === 0 ? 0 : Math.max(1, Math.ceil(bytes / 1_200));
}
