import type { Anomaly } from './types.ts';

/** What stands in the form of a rule. Empty is anything. */
export interface RuleDraft {
  readonly source: string;
  readonly destination: string;
  readonly port: string;
  readonly detector: string;
  /** One of {@link EXPIRIES}. */
  readonly expiry: string;
  readonly reason: string;
}

/** A rule as the API takes it. */
export interface RuleOrder {
  source?: string;
  destination?: string;
  port?: number;
  detector?: string;
  expires?: string;
  reason?: string;
}

const DAY_MS = 86_400_000;
export const EXPIRIES: readonly { value: string; label: string; ms: number | null }[] = [
  { value: 'day', label: 'in a day', ms: DAY_MS },
  { value: 'week', label: 'in a week', ms: 7 * DAY_MS },
  { value: 'month', label: 'in 30 days', ms: 30 * DAY_MS },
  { value: 'never', label: 'never', ms: null },
];

/** A rule for this anomaly and others like it; without one, for nothing yet. */
export function draftOf(anomaly?: Anomaly): RuleDraft {
  return {
    source: anomaly?.flow_src ?? '',
    destination: anomaly?.flow_dst ?? '',
    port: anomaly?.port === undefined ? '' : String(anomaly.port),
    detector: anomaly?.type ?? '',
    expiry: 'month',
    reason: '',
  };
}

/** It has to name something: a rule for everything would hide everything. */
export function namesSomething({ source, destination, port, detector }: RuleDraft): boolean {
  return [source, destination, port, detector].some((part) => part.trim() !== '');
}

/** What the rule is met by, without its reason: what a preview needs. */
export function conditionsOf(draft: RuleDraft): RuleOrder {
  const source = draft.source.trim();
  const destination = draft.destination.trim();
  return {
    ...(source !== '' && { source }),
    ...(destination !== '' && { destination }),
    ...(draft.port.trim() !== '' && { port: Number(draft.port) }),
    ...(draft.detector !== '' && { detector: draft.detector }),
  };
}

export function orderOf(draft: RuleDraft, now: number): RuleOrder {
  const ms = EXPIRIES.find(({ value }) => value === draft.expiry)?.ms ?? null;
  const expires = ms === null ? {} : { expires: new Date(now + ms).toISOString() };
  return { ...conditionsOf(draft), ...expires, reason: draft.reason.trim() };
}
