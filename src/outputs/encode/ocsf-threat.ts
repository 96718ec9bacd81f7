import { isIP } from 'node:net';
import type { EventRow } from '../../model/event-row.ts';
import { asksName } from './event-values.ts';
import { quote } from './json-text.ts';
import { asText } from './row-values.ts';
import { threatMatches } from './threat-matches.ts';

/** `osint`: every match. An address, or a network of them, is type 1; a name type 2. */
export function osint(row: EventRow): string {
  const matches = threatMatches(row);
  if (matches.length === 0) return '';
  return JSON.stringify(
    matches.map(({ indicator, category, confidence, source }) => {
      const slash = indicator.indexOf('/');
      const isAddress = isIP(slash < 0 ? indicator : indicator.slice(0, slash)) !== 0;
      return {
        value: indicator,
        type_id: isAddress ? 1 : 2,
        type: isAddress ? 'IP Address' : 'Domain',
        ...(isAddress && slash >= 0 ? { subnet: indicator } : {}),
        ...confidenceOf(confidence),
        ...(category === '' ? {} : { category }),
        ...(source === '' ? {} : { vendor_name: source }),
      };
    }),
  );
}

function confidenceOf(percent: number): { confidence_id: number; confidence: string } {
  if (percent >= 70) return { confidence_id: 3, confidence: 'High' };
  if (percent >= 30) return { confidence_id: 2, confidence: 'Medium' };
  return percent >= 1 ? { confidence_id: 1, confidence: 'Low' } : { confidence_id: 0, confidence: 'Unknown' };
}

/** `observables`: the addresses and the name, with the place where they stand, so that events are found by them. */
export function observables(prefix: string): (row: EventRow) => string {
  const item = (path: string, type: number, caption: string) =>
    `{"name":${JSON.stringify(prefix + path)},"type_id":${type},"type":"${caption}","value":`;
  const source = item('src_endpoint.ip', 2, 'IP Address');
  const destination = item('dst_endpoint.ip', 2, 'IP Address');
  const host = item('dst_endpoint.hostname', 1, 'Hostname');
  const query = `{"name":"query.hostname","type_id":1,"type":"Hostname","value":`;
  const list = (text: string, value: string, before: string) => {
    if (value === '') return before;
    return `${before === '' ? '[' : `${before},`}${text}${quote(value)}}`;
  };
  return (row) => {
    const addresses = list(destination, asText(row.dst_ip), list(source, asText(row.src_ip), ''));
    const isHost = !asksName(row);
    const all = isHost || row.kind === 'dns' ? list(isHost ? host : query, asText(row.domain), addresses) : addresses;
    return all === '' ? '' : `${all}]`;
  };
}
