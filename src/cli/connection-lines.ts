import { protocolName } from '../model/kinds.ts';
import type { Connection, Side } from '../packets/connection.ts';
import { TUNNELS } from '../packets/dissected.ts';

const TCP = 6;
const ICMP6 = 58;
const TUNNEL_NAMES = Object.entries(TUNNELS);

/**
 * A connection as one line of JSON under the names of Zeek's conn.log, and more: what is not known is left out, seconds
 * are numbers. `rtt_server` and `rtt_client` are those of the handshake, `orig_rtt` and `resp_rtt` the means of segments of
 * that side until they were acknowledged. `uid` is the name under which anomalies give it as evidence.
 * https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html
 */
export function connectionLine(c: Connection): string {
  const { orig, resp, application, proto } = c;
  let line = `{"ts":${seconds(c.start)},"uid":"C${c.id.toString(36)}"`;
  line += `,"id.orig_h":"${orig.address}","id.orig_p":${orig.port},"id.resp_h":"${resp.address}","id.resp_p":${resp.port}`;
  line += `,"proto":"${proto === ICMP6 ? 'icmp' : protocolName(proto)}"`;
  if (application.service !== '') line += `,"service":${JSON.stringify(application.service)}`;
  if (orig.packets + resp.packets > 1) line += `,"duration":${seconds(c.end - c.start)}`;
  line += `,"orig_bytes":${orig.payloadBytes},"resp_bytes":${resp.payloadBytes},"conn_state":"${c.state}"`;
  line += `,"missed_bytes":${orig.missedBytes + resp.missedBytes},"history":"${c.history}"`;
  line += `,"orig_pkts":${orig.packets},"orig_ip_bytes":${orig.ipBytes}`;
  line += `,"resp_pkts":${resp.packets},"resp_ip_bytes":${resp.ipBytes}`;
  const { communityId } = c;
  if (communityId !== '') line += `,"community_id":"${communityId}"`;
  if (proto === TCP) line += tcp(c);
  if (c.vlan !== 0) line += `,"vlan":${c.vlan}`;
  if (c.tunnels !== 0) line += tunnels(c);
  if (application.domain !== '') line += `,"domain":${JSON.stringify(application.domain)}`;
  const attrs = JSON.stringify(application.attrs);
  return attrs === '{}' ? `${line}}\n` : `${line},"attrs":${attrs}}\n`;
}

function tcp({ orig, resp, handshakeClient, handshakeServer }: Connection): string {
  let line = `,"orig_retransmitted":${orig.retransmitted},"resp_retransmitted":${resp.retransmitted}`;
  line += `,"orig_reordered":${orig.reordered},"resp_reordered":${resp.reordered}`;
  line += time('rtt', handshakeClient + handshakeServer);
  line += time('rtt_client', handshakeClient) + time('rtt_server', handshakeServer);
  return line + roundTrips('orig', orig) + roundTrips('resp', resp);
}

function roundTrips(name: string, side: Side): string {
  if (side.rttSamples === 0) return '';
  return (
    time(`${name}_rtt`, side.rttMean) + time(`${name}_rtt_min`, side.rttMin) + time(`${name}_rtt_max`, side.rttMax)
  );
}

function tunnels({ tunnels: bits, tunnelId }: Connection): string {
  const names = TUNNEL_NAMES.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return `,"tunnels":${JSON.stringify(names)}${tunnelId === 0 ? '' : `,"tunnel_id":${tunnelId}`}`;
}

/** Microseconds as seconds with all that is known of them. */
function seconds(microseconds: number): string {
  return (microseconds / 1e6).toFixed(6);
}

function time(name: string, value: number): string {
  return Number.isNaN(value) ? '' : `,"${name}":${value.toFixed(6)}`;
}
