import type { EventRow } from '../../model/event-row.ts';
import type { Kind } from '../../model/kinds.ts';
import { isText } from './attrs-member.ts';
import type { AttrsReader } from './attrs-reader.ts';
import { endingOf, outcomeOf } from './event-outcome.ts';
import type { Field, Write } from './json-field.ts';
import { OCSF_ATTRS } from './ocsf-attrs.ts';
import { type RiskBand, riskBand } from './risk-bands.ts';
import { asNumber, asText, httpStatusOf } from './row-values.ts';

/** HTTP Activity: the number of a method. */
const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'];
const METHOD = OCSF_ATTRS.indexOf('method');
const OTHER = 99;

const SEVERITIES: Readonly<Record<RiskBand, number>> = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };

/** Whether an event of kind `http` says what HTTP Activity needs: a request or a response. */
export function isHttpActivity(row: EventRow, attrs: AttrsReader): boolean {
  return httpStatusOf(row) !== 0 || isText(attrs.member(METHOD));
}

/**
 * Class and activity of an event. Its kind decides, whatever its risk: DNS Activity, HTTP Activity, Detection Finding for
 * the notice of a sensor, which is a finding of that sensor, and Network Activity for all others. Risk and threat
 * intelligence come along as profiles.
 */
export function classFields(kind: Kind, attrs: AttrsReader): Field[] {
  switch (kind) {
    case 'notice':
      return fixed(2004, 1);
    case 'dns':
      return varying(
        () => 4003,
        (row) => (asText(row.state) === '' ? 1 : 6),
      );
    case 'http':
      return varying(
        (row) => (isHttpActivity(row, attrs) ? 4002 : 4001),
        (row) => (isHttpActivity(row, attrs) ? methodOf(attrs) : 6),
      );
    case 'flow':
    case 'conn':
    case 'packet':
      return varying(
        () => 4001,
        (row) => endingOf(row).activity,
      );
    default:
      return fixed(4001, 6);
  }
}

function methodOf(attrs: AttrsReader): number {
  const json = attrs.member(METHOD);
  if (!isText(json)) return 0;
  const method = METHODS.indexOf(json.slice(1, -1).toUpperCase());
  return method < 0 ? OTHER : method + 1;
}

function fixed(classUid: number, activity: number): Field[] {
  return [
    { path: 'class_uid', value: `${classUid}` },
    { path: 'category_uid', value: `${Math.floor(classUid / 1000)}` },
    { path: 'activity_id', value: `${activity}` },
    { path: 'type_uid', value: `${classUid * 100 + activity}` },
  ];
}

function varying(classUid: (row: EventRow) => number, activity: (row: EventRow) => number): Field[] {
  return [
    { path: 'class_uid', value: (row) => `${classUid(row)}` },
    { path: 'category_uid', value: '4' },
    { path: 'activity_id', value: (row) => `${activity(row)}` },
    { path: 'type_uid', value: (row) => `${classUid(row) * 100 + activity(row)}` },
  ];
}

export function severityId(row: EventRow): string {
  return `${SEVERITIES[riskBand(asNumber(row.risk))]}`;
}

/** `risk_level_id`: from 0 for informational to 4 for critical; only where there is a risk. */
export function riskLevelId(row: EventRow): string {
  const risk = asNumber(row.risk);
  return risk > 0 ? `${SEVERITIES[riskBand(risk)] - 1}` : '';
}

/** A finding is new; an activity went well, or did not, where that is known. */
export function statusId(kind: Kind): Write | string {
  if (kind === 'notice') return '1';
  return (row) => {
    const outcome = outcomeOf(row);
    if (outcome === '') return '';
    return outcome === 'success' ? '1' : '2';
  };
}

/**
 * Profiles that an event uses, by which classes get attributes: `host` gives `device`, `security_control` the
 * risk, `osint` the indicators. Detection Finding has the first two by itself.
 */
export function profiles(kind: Kind): Write {
  return (row) => {
    const names: string[] = [];
    if (kind !== 'notice' && asText(row.exporter) !== '') names.push('"host"');
    if (kind !== 'notice' && asNumber(row.risk) > 0) names.push('"security_control"');
    if (asText(row.threat_indicator) !== '') names.push('"osint"');
    return names.length === 0 ? '' : `[${names.join(',')}]`;
  };
}
