import { bytes, short } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import type { Severity } from './types.ts';

/** What the detectors are called on the page. */
const TYPES: Readonly<Record<string, string>> = {
  traffic_spike: 'Traffic spike',
  port_scan: 'Port scan',
  high_latency: 'High latency',
  packet_loss: 'Packet loss',
  protocol_anomaly: 'Protocol anomaly',
  long_lived_conn: 'Long-lived connection',
  beaconing: 'Beaconing',
  dns_tunnel: 'DNS tunnel',
  dga: 'Generated names',
  brute_force: 'Brute force',
  exfiltration: 'Exfiltration',
  new_destination: 'New destination',
  ddos: 'Flood',
  lateral_movement: 'Lateral movement',
};

export const ANOMALY_TYPES: readonly string[] = Object.keys(TYPES);
export const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low'];

export function typeName(type: string): string {
  return TYPES[type] ?? type;
}

/** `avg_bps` as words: the unit at the end of the name is said by the value. */
export function metricName(metric: string): string {
  return metric
    .replace(
      /_(s|ms|bps|pps|bytes)$/,
      (_, unit: string) => ({ bps: ' bits', pps: ' packets', bytes: ' bytes' })[unit] ?? '',
    )
    .replaceAll(/[_.]/g, ' ');
}

/** A measured value with the unit that the name of its metric tells. */
export function metricValue(metric: string, value: number): string {
  if (/bps$/.test(metric)) return short(value, 'b/s');
  if (/pps$/.test(metric)) return `${short(value)} packets/s`;
  if (/bytes$/.test(metric)) return bytes(value);
  if (/_ms$|rtt/.test(metric)) return duration(value / 1000);
  if (/_s$/.test(metric)) return duration(value);
  if (/rate$|share/.test(metric)) return percent(value);
  return short(value);
}

/** `1.2 %` of a share of one. */
export function percent(part: number): string {
  return `${Number((part * 100).toPrecision(3))}\u202f%`;
}

/** Page of the technique in MITRE ATT&CK: `T1071.001` has its number behind a slash there. */
export function techniqueAddress(id: string): string {
  return `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`;
}
