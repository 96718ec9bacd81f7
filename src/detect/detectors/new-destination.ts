import type { Anomaly, Observation } from '../../model/window.ts';
import type { RegisteredDomain } from '../scores/dns-features.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { Familiarity, type SavedFamiliarity } from './familiarity.ts';
import { isMulticast } from './multicast.ts';
import { PartsMap } from './parts-map.ts';
import { amount, count } from './phrases.ts';
import { NONE } from './recency-list.ts';
import { clampScore, severityOf } from './score.ts';

const HOUR = 3600e6;
const DAY = 24 * HOUR;
/** How long a host is watched before anything is new for it, and how long it remembers. */
const LEARNING = 7 * DAY;
const MEMORY = 30 * DAY;
/** From here on it is told. */
const LIMIT = 50;
/** What is new, and what that is worth. An address counts only where nothing better is known of it. */
const POINTS = { country: 25, network: 20, port: 15, domain: 10, address: 15 } as const;
const NOBODY_ELSE = 15;
const RARE = 0.02;
/** Ten points for ten times as much that is sent, from 100 kB on. */
const VOLUME_FROM = 100_000;
const VOLUME_MOST = 30;

type Facet = keyof typeof POINTS;

const FACETS = ['country', 'network', 'domain', 'address', 'port'] as const;
const PORT = FACETS.indexOf('port');
/** Ports for one time only, such as those of calls and of data connections, are all the same: this one. */
const HIGH = 32_768;

export interface NewDestinationOptions {
  readonly isInternal: IsInternal;
  readonly registeredDomain: RegisteredDomain;
  /** Autonomous system or owner, and country of an address, where they are known. */
  readonly networkOf?: (address: string) => string | undefined;
  readonly countryOf?: (address: string) => string | undefined;
  /** What is remembered of all hosts together (100,000), and new contacts looked at (10,000). */
  readonly capacity?: number;
  readonly contacts?: number;
}

interface Contact {
  readonly src: string;
  readonly dst: string;
  readonly port: number;
  readonly domain: string;
  readonly target: string;
  readonly fresh: Facet[];
  out: number;
  in: number;
  told: boolean;
  readonly evidence: string[];
}

interface SavedNewDestination {
  readonly version: 1;
  readonly hosts: readonly (readonly [string, number, number])[];
  readonly known: readonly (readonly [string, number, true])[];
  readonly familiarity: SavedFamiliarity;
}

/**
 * A host that talks to somebody it never talked to: a new country, network, domain or port, as far as these are known.
 * People visit new sites all day, so what is new is weighed by who else goes there and by what is sent; only what adds up
 * is told. A host is watched for 7 days before anything is new for it.
 */
export class NewDestination implements Detector {
  readonly type = 'new_destination';
  readonly #options: NewDestinationOptions;
  /** When hosts were first seen. */
  readonly #hosts = new EntityMap<number>({ capacity: 65_536, lifetime: MEMORY });
  /** By host and what it knows; the number is that of the facet, with the port above it where that is the facet. */
  readonly #known: PartsMap<true>;
  /** Pairs, with domain and port, that were looked at within the hour: most observations end here. */
  readonly #seen = new PartsMap<true>({ capacity: 50_000, lifetime: HOUR });
  readonly #contacts: EntityMap<Contact>;
  readonly #familiarity = new Familiarity();
  readonly #dirty = new Set<string>();

  constructor(options: NewDestinationOptions) {
    this.#options = options;
    this.#known = new PartsMap({ capacity: options.capacity ?? 100_000, lifetime: MEMORY });
    this.#contacts = new EntityMap({ capacity: options.contacts ?? 10_000, lifetime: HOUR });
  }

  /** What is remembered, and new contacts, that are held. */
  get held(): { readonly known: number; readonly contacts: number } {
    return { known: this.#known.size, contacts: this.#contacts.size };
  }

  observe(o: Observation): void {
    const { isInternal } = this.#options;
    if (!isInternal(o.src) || isInternal(o.dst) || o.dstBytes === 0 || isMulticast(o.dst)) return;
    const pair = this.#contacts.size === 0 ? '' : `${o.src} ${o.dst}`;
    const contact = pair === '' ? undefined : this.#contacts.peek(pair);
    if (contact) this.#add(pair, contact, o);
    if (this.#seen.find(o.src, o.dst, o.domain, o.dstPort) !== NONE) return;
    this.#seen.set(this.#seen.touch(o.src, o.dst, o.domain, o.dstPort, o.at), true);
    this.#look(o, contact);
  }

  window(context: DetectionContext): Anomaly[] {
    const bySource = new Map<string, { contact: Contact; score: number; others: number }>();
    for (const pair of this.#dirty) {
      const contact = this.#contacts.peek(pair);
      if (!contact || contact.told) continue;
      const score = this.#score(contact);
      if (score < LIMIT) continue;
      contact.told = true;
      const best = bySource.get(contact.src);
      if (!best) bySource.set(contact.src, { contact, score, others: 0 });
      else if (score > best.score) bySource.set(contact.src, { contact, score, others: best.others + 1 });
      else best.others++;
    }
    this.#dirty.clear();
    for (const map of [this.#hosts, this.#known, this.#seen, this.#contacts]) map.expire(context.end);
    this.#familiarity.expire(context.end);
    return [...bySource.values()].map(({ contact, score, others }) => anomaly(contact, score, others, context));
  }

  save(): SavedNewDestination {
    const familiarity = this.#familiarity.save();
    const known = Array.from(this.#known.places(), (place) => {
      return [this.#textOf(place), this.#known.touched(place), true] as const;
    });
    return { version: 1, hosts: this.#hosts.save(), known, familiarity };
  }

  load(state: unknown): void {
    const saved = state as SavedNewDestination | null;
    if (saved?.version !== 1) return;
    this.#hosts.load(saved.hosts);
    this.#known.clear();
    for (const [text, touched] of saved.known) {
      const [src, value, number] = partsOf(text);
      this.#known.set(this.#known.touch(src, value, '', number, touched), true);
    }
    this.#familiarity.load(saved.familiarity);
  }

  #look(o: Observation, contact: Contact | undefined): void {
    const first = this.#hosts.touch(o.src, o.at, () => o.at);
    const domain = o.domain === '' ? undefined : this.#options.registeredDomain(o.domain);
    const network = this.#options.networkOf?.(o.dst);
    const target = domain ?? network ?? o.dst;
    this.#familiarity.see(o.src, target, o.at);
    const fresh: Facet[] = [];
    this.#note(o, 'country', this.#options.countryOf?.(o.dst), fresh);
    this.#note(o, 'network', network, fresh);
    this.#note(o, 'domain', domain, fresh);
    this.#know(o, 'port', '', portNumber(o.proto, Math.min(o.dstPort, HIGH)), fresh);
    if (domain === undefined && network === undefined) this.#note(o, 'address', o.dst, fresh);
    if (fresh.length === 0 || o.at - first < LEARNING) return;
    if (contact) {
      for (const facet of fresh) if (!contact.fresh.includes(facet)) contact.fresh.push(facet);
      return;
    }
    const { src, dst, dstPort: port } = o;
    const pair = `${src} ${dst}`;
    const made = { src, dst, port, domain: o.domain, target, fresh, out: 0, in: 0, told: false, evidence: [] };
    this.#add(
      pair,
      this.#contacts.touch(pair, o.at, () => made),
      o,
    );
  }

  #note(o: Observation, facet: Facet, value: string | undefined, fresh: Facet[]): void {
    if (value !== undefined && value !== '') this.#know(o, facet, value, FACETS.indexOf(facet), fresh);
  }

  #know(o: Observation, facet: Facet, value: string, number: number, fresh: Facet[]): void {
    const known = this.#known;
    const place = known.touch(o.src, value, '', number, o.at);
    if (known.made) known.set(place, true);
    if (known.isNew) fresh.push(facet);
  }

  /** What is known as it is saved: `10.0.0.1 domain example.com`, `10.0.0.1 port 6/443`. */
  #textOf(place: number): string {
    const number = this.#known.number(place);
    const facet = FACETS[number & 7];
    return `${this.#known.first(place)} ${facet} ${facet === 'port' ? portText(number) : this.#known.second(place)}`;
  }

  #add(pair: string, contact: Contact, o: Observation): void {
    contact.out += o.srcBytes;
    contact.in += o.dstBytes;
    addEvidence(contact.evidence, o.event);
    if (!contact.told) this.#dirty.add(pair);
  }

  #score(contact: Contact): number {
    let score = 0;
    for (const facet of contact.fresh) score += POINTS[facet];
    const share = this.#familiarity.share(contact.target);
    if (this.#familiarity.hosts(contact.target) <= 1 || share <= RARE) score += NOBODY_ELSE;
    const volume = 10 * Math.log10(Math.max(contact.out, 1) / VOLUME_FROM);
    return clampScore(score + Math.min(VOLUME_MOST, Math.max(0, volume)));
  }
}

function portNumber(proto: number, port: number): number {
  return PORT | (proto << 3) | (port << 11);
}

function portText(number: number): string {
  const port = number >>> 11;
  return `${(number >> 3) & 255}/${port === HIGH ? 'high' : port}`;
}

/** Host, value and number of what was saved. */
function partsOf(text: string): [string, string, number] {
  const [src, facet] = text.split(' ', 2);
  const value = text.slice(src.length + facet.length + 2);
  if (facet !== 'port') return [src, value, FACETS.indexOf(facet as Facet)];
  const [proto, port] = value.split('/');
  return [src, '', portNumber(Number(proto), port === 'high' ? HIGH : Number(port))];
}

function anomaly(contact: Contact, score: number, others: number, context: DetectionContext): Anomaly {
  const { src, dst, port, domain, fresh, evidence } = contact;
  const to = domain === '' ? dst : `${domain} (${dst})`;
  const more = others > 0 ? ` It also has ${count(others, 'other new destination')}.` : '';
  return {
    type: 'new_destination',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${src} talks to ${to} port ${port} for the first time: new for it is the ${fresh.join(', the ')}. It sent ${amount(contact.out, 'B')}.${more}`,
    metric: 'novelty_points',
    current_value: score,
    expected: null,
    threshold: LIMIT,
    why: 'Hosts talk to the same networks for weeks. A new one that hardly anybody else inside uses, and that is sent data, may be a control server or a place where data is taken to.',
    flow_src: src,
    flow_dst: dst,
    port,
    techniques: ['T1071'],
    evidence: [...evidence],
  };
}
