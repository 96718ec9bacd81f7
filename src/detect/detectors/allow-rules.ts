import { type Network, parseIp, parseNetwork } from '../../model/address.ts';
import type { Anomaly, AnomalyType } from '../../model/window.ts';
import { within } from './within.ts';

/** What is known and allowed: an anomaly that meets all of what a rule names is hidden. A rule names at least one thing. */
export interface AllowRule {
  readonly id: string;
  /** Addresses or networks. */
  readonly source?: string;
  readonly destination?: string;
  readonly port?: number;
  readonly detector?: AnomalyType;
  /** Seconds since 1970 from when on the rule has no effect; never when not given. */
  readonly expires?: number;
  /** Why this is allowed, for those who come later. */
  readonly reason: string;
  readonly author?: string;
}

export interface AllowRuleHits {
  readonly rule: AllowRule;
  readonly hits: number;
  /** End of the last window with a hit, seconds since 1970; null without one. */
  readonly lastHit: number | null;
}

interface Held {
  readonly rule: AllowRule;
  readonly matches: (anomaly: Anomaly) => boolean;
  hits: number;
  lastHit: number | null;
}

const MAX_RULES = 10_000;

/** What is wrong with a rule, as a sentence for a person; undefined when nothing is. */
export function problemOfRule(rule: AllowRule): string | undefined {
  if (rule.source !== undefined && !parseNetwork(rule.source)) return `${rule.source} is no address or network.`;
  if (rule.destination !== undefined && !parseNetwork(rule.destination))
    return `${rule.destination} is no address or network.`;
  if (rule.port !== undefined && !(Number.isInteger(rule.port) && rule.port >= 0 && rule.port <= 65_535))
    return 'A port is a number from 0 to 65535.';
  if (rule.expires !== undefined && !Number.isFinite(rule.expires)) return 'The expiry is no time.';
  if (rule.reason.trim() === '') return 'A rule needs a reason.';
  const named = [rule.source, rule.destination, rule.port, rule.detector].some((part) => part !== undefined);
  return named ? undefined : 'A rule has to name a source, a destination, a port or a detector.';
}

/** The rules in force, with how often each was met. */
export class AllowRules {
  readonly #rules = new Map<string, Held>();

  /** Adds a rule, or replaces that with its id and keeps its hits. @returns what is wrong with it; it is not taken then. */
  set(rule: AllowRule): string | undefined {
    const problem = problemOfRule(rule);
    if (problem) return problem;
    const known = this.#rules.get(rule.id);
    if (!known && this.#rules.size >= MAX_RULES) return `There are ${MAX_RULES} rules already.`;
    const matches = matcher(rule);
    this.#rules.set(rule.id, { rule, matches, hits: known?.hits ?? 0, lastHit: known?.lastHit ?? null });
    return undefined;
  }

  delete(id: string): boolean {
    return this.#rules.delete(id);
  }

  list(): AllowRuleHits[] {
    return Array.from(this.#rules.values(), ({ rule, hits, lastHit }) => ({ rule, hits, lastHit }));
  }

  /** The first rule that hides `anomaly`, judged at the end of its window; counts the hit. */
  hides(anomaly: Anomaly): AllowRule | undefined {
    for (const held of this.#rules.values()) {
      if (!inForce(held.rule, anomaly) || !held.matches(anomaly)) continue;
      held.hits++;
      held.lastHit = Math.max(held.lastHit ?? 0, anomaly.window_end);
      return held.rule;
    }
    return undefined;
  }
}

/** Which of `anomalies` the rule would hide: for a look before it is saved. Nothing is counted. Empty for a rule with a problem. */
export function preview(rule: AllowRule, anomalies: Iterable<Anomaly>): Anomaly[] {
  if (problemOfRule({ ...rule, reason: rule.reason || 'preview' })) return [];
  const matches = matcher(rule);
  return [...anomalies].filter((anomaly) => inForce(rule, anomaly) && matches(anomaly));
}

function inForce(rule: AllowRule, anomaly: Anomaly): boolean {
  return rule.expires === undefined || anomaly.window_end < rule.expires;
}

function matcher(rule: AllowRule): (anomaly: Anomaly) => boolean {
  const source = rule.source === undefined ? undefined : parseNetwork(rule.source);
  const destination = rule.destination === undefined ? undefined : parseNetwork(rule.destination);
  return (anomaly) =>
    (rule.detector === undefined || rule.detector === anomaly.type) &&
    (rule.port === undefined || rule.port === anomaly.port) &&
    (source === undefined || contains(source, anomaly.flow_src)) &&
    (destination === undefined || contains(destination, anomaly.flow_dst));
}

const scratch = new Uint8Array(16);

/** Whether a network contains an address, or another network, such as an anomaly of a whole /24 names. */
function contains(network: Network, text: string | undefined): boolean {
  if (text === undefined) return false;
  const slash = text.indexOf('/');
  const other = slash < 0 ? undefined : parseNetwork(text);
  if (slash >= 0 && (!other || other.prefix < network.prefix)) return false;
  const address = other?.bytes ?? scratch;
  if (!other && parseIp(text, scratch) === 0) return false;
  return within(address, network);
}
