import type { DnsQuery } from '../../model/dns-query.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import type { RegisteredDomain } from '../scores/dns-features.ts';
import { nameLikelihood, UNLIKELY_NAME } from '../scores/name-likelihood.ts';
import type { DetectionContext, Detector } from './detector.ts';
import { DnsQuestions } from './dns-questions.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { hashText } from './hyper-log-log.ts';
import { count, percent } from './phrases.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';
import { StandingAlarms } from './standing-alarms.ts';

const HOUR = 3600e6;
/** Distinct domains that do not exist, in an hour. */
const MISSING_LIMIT = 10;
/** Their share of all domains that were asked for. */
const SHARE_LIMIT = 0.5;
/** Domains held of a client in an hour; beyond them nothing is added. */
const MOST_DOMAINS = 2000;
/** Nats below the limit at which the names are worth 20 points more. */
const VERY_UNLIKELY = 1;

export interface DgaOptions {
  readonly registeredDomain: RegisteredDomain;
  /** Clients held: 4,096 when not given. */
  readonly capacity?: number;
}

interface Client {
  start: number;
  server: string;
  /** Hashes of the domains that exist, and of those that do not. */
  readonly found: Set<number>;
  readonly missing: Set<number>;
  /** Over the missing ones that have a likelihood. */
  likelihood: number;
  rated: number;
  examples: string[];
  evidence: string[];
}

/**
 * Names made up by a generator: one client asks within an hour for many domains that do not exist and whose letters are
 * not those of names that people choose. Both are needed: people mistype names, and odd names exist. Generators that
 * put words together are not seen by this.
 */
export class Dga implements Detector {
  readonly type = 'dga';
  readonly #registeredDomain: RegisteredDomain;
  readonly #clients: EntityMap<Client>;
  readonly #alarms = new StandingAlarms();
  readonly #dirty = new Set<string>();
  readonly #questions = new DnsQuestions((query) => this.#add(query));

  constructor(options: DgaOptions) {
    this.#registeredDomain = options.registeredDomain;
    this.#clients = new EntityMap({ capacity: options.capacity ?? 4096, lifetime: HOUR });
  }

  /** Clients that are held. */
  get held(): number {
    return this.#clients.size;
  }

  observe(o: Observation): void {
    this.#questions.observe(o);
  }

  query(query: DnsQuery): void {
    this.#questions.query(query);
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    const { end } = context;
    for (const address of this.#dirty) {
      const client = this.#clients.peek(address);
      if (!client) continue;
      const verdict = this.#alarms.judge(address, levelOf(client), end, client.missing.size, end + HOUR);
      if (verdict === 'opened' || verdict === 'doubled') anomalies.push(anomaly(address, client, context));
    }
    this.#dirty.clear();
    this.#alarms.endWindow(context.end);
    this.#clients.expire(context.end);
    return anomalies;
  }

  #add(query: DnsQuery): void {
    if (query.code !== 'NXDOMAIN' && query.code !== 'NOERROR') return;
    const domain = this.#registeredDomain(query.name);
    if (domain === undefined || query.name.endsWith('.arpa')) return;
    const client = this.#clients.touch(query.client, query.at, () => newClient(query));
    if (query.at - client.start >= HOUR) restart(client, query);
    const hash = hashText(domain);
    if (client.found.size + client.missing.size >= MOST_DOMAINS) return;
    this.#dirty.add(query.client);
    if (query.code === 'NOERROR') {
      client.found.add(hash);
      return;
    }
    const before = client.missing.size;
    if (client.missing.add(hash).size === before) return;
    addEvidence(client.evidence, query.event);
    if (client.examples.length < 3) client.examples.push(domain);
    const likelihood = nameLikelihood(domain.slice(0, domain.indexOf('.')));
    if (Number.isNaN(likelihood)) return;
    client.likelihood += likelihood;
    client.rated++;
  }
}

function newClient({ at, server }: DnsQuery): Client {
  const [found, missing] = [new Set<number>(), new Set<number>()];
  return { start: at, server, found, missing, likelihood: 0, rated: 0, examples: [], evidence: [] };
}

function restart(client: Client, { at, server }: DnsQuery): void {
  client.start = at;
  client.server = server;
  client.found.clear();
  client.missing.clear();
  client.likelihood = client.rated = 0;
  client.examples = [];
  client.evidence = [];
}

/** A domain of which one name exists and another does not, exists. */
function missingDomains(client: Client): number {
  let count = 0;
  for (const hash of client.missing) if (!client.found.has(hash)) count++;
  return count;
}

function levelOf(client: Client): number {
  if (client.rated === 0 || client.likelihood / client.rated >= UNLIKELY_NAME) return 0;
  const missing = missingDomains(client);
  const share = missing / (client.found.size + missing);
  return share < SHARE_LIMIT ? 0 : missing / MISSING_LIMIT;
}

function anomaly(address: string, client: Client, context: DetectionContext): Anomaly {
  const missing = missingDomains(client);
  const share = missing / (client.found.size + missing);
  const likelihood = client.likelihood / client.rated;
  const surprise = 20 * Math.min(1, Math.max(0, (UNLIKELY_NAME - likelihood) / VERY_UNLIKELY));
  const score = clampScore(scoreOf(missing / MISSING_LIMIT) + surprise);
  return {
    type: 'dga',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${address} asked for ${count(missing, 'domain')} that do not exist within an hour, such as ${client.examples.join(', ')}.`,
    metric: 'missing_domains',
    current_value: missing,
    expected: null,
    threshold: MISSING_LIMIT,
    why: `${percent(share)} of the domains that it asked for do not exist, and their letters follow each other as in hardly any name that people choose. Malware that looks for its control server goes through generated names like this.`,
    flow_src: address,
    flow_dst: client.server,
    port: 53,
    techniques: ['T1568.002'],
    evidence: [...client.evidence],
  };
}
