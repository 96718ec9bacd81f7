import { isIP } from 'node:net';
import type { EventRow } from '../../model/event-row.ts';
import { quote } from './json-text.ts';
import { asNumber, asText } from './row-values.ts';
import { threatMatches } from './threat-matches.ts';

/** `threat.indicator.type`, in the words of STIX 2.1 that ECS expects. */
function typeOf(indicator: string): string {
  const slash = indicator.indexOf('/');
  const version = isIP(slash < 0 ? indicator : indicator.slice(0, slash));
  return version === 0 ? 'domain-name' : `ipv${version}-addr`;
}

/** The scale None, Low, Medium, High of STIX 2.1 (appendix A), which ECS expects. */
export function confidenceWord(percent: number): string {
  if (percent >= 70) return 'High';
  if (percent >= 30) return 'Medium';
  return percent >= 1 ? 'Low' : 'None';
}

export function indicatorType(row: EventRow): string {
  const indicator = asText(row.threat_indicator);
  return indicator === '' ? '' : quote(typeOf(indicator));
}

/** The address, where the indicator is one rather than a network or a name. */
export function indicatorIp(row: EventRow): string {
  const indicator = asText(row.threat_indicator);
  return indicator !== '' && isIP(indicator) !== 0 ? quote(indicator) : '';
}

export function indicatorConfidence(row: EventRow): string {
  const percent = asNumber(row.threat_confidence);
  return asText(row.threat_indicator) !== '' && percent >= 0 ? quote(confidenceWord(percent)) : '';
}

const MATCHED: Readonly<Record<string, string>> = {
  src_ip: 'source.ip',
  dst_ip: 'destination.ip',
  domain: 'destination.domain',
};

/** `threat.enrichments`: all matches, each with the field and value that it was found by. */
export function enrichments(row: EventRow): string {
  const matches = threatMatches(row);
  if (matches.length === 0) return '';
  return JSON.stringify(
    matches.map(({ indicator, category, confidence, source, field }) => ({
      indicator: {
        name: indicator,
        type: typeOf(indicator),
        ...(isIP(indicator) === 0 ? {} : { ip: indicator }),
        confidence: confidenceWord(confidence),
        ...(category === '' ? {} : { description: category }),
        ...(source === '' ? {} : { provider: source }),
      },
      matched: {
        atomic: asText(row[field]) || indicator,
        ...(Object.hasOwn(MATCHED, field) ? { field: MATCHED[field] } : {}),
        type: 'indicator_match_rule',
      },
    })),
  );
}
