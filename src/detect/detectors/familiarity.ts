import { EntityMap } from './entity-map.ts';
import { hashText } from './hyper-log-log.ts';

/** Hosts counted of one destination; with more it is common anyhow. */
const MOST_HOSTS = 128;
/** With fewer hosts in all, a share of them says nothing. */
const FEWEST_HOSTS = 10;
const DAY = 86_400e6;

interface Destination {
  first: number;
  /** Hashes of the hosts, as plain JSON. */
  hosts: number[];
}

/** The state of {@link Familiarity} as plain JSON. */
export interface SavedFamiliarity {
  readonly since: number | null;
  readonly hosts: readonly (readonly [string, number, true])[];
  readonly destinations: readonly (readonly [string, number, Destination])[];
}

/** Since when destinations are known, and how many of the hosts inside talk to them. Bounded; forgets after 30 days. */
export class Familiarity {
  readonly #destinations: EntityMap<Destination>;
  readonly #hosts = new EntityMap<true>({ capacity: 65_536, lifetime: 30 * DAY });
  #since = Number.POSITIVE_INFINITY;

  constructor(capacity = 20_000) {
    this.#destinations = new EntityMap({ capacity, lifetime: 30 * DAY });
  }

  see(host: string, destination: string, at: number): void {
    if (at < this.#since) this.#since = at;
    this.#hosts.touch(host, at, () => true);
    const known = this.#destinations.touch(destination, at, () => ({ first: at, hosts: [] }));
    if (at < known.first) known.first = at;
    if (known.hosts.length >= MOST_HOSTS) return;
    const hash = hashText(host);
    if (!known.hosts.includes(hash)) known.hosts.push(hash);
  }

  /** Days since the destination was first seen; 0 for one that never was. */
  age(destination: string, now: number): number {
    const first = this.#destinations.peek(destination)?.first ?? now;
    return Math.max(0, now - first) / DAY;
  }

  /** Whether it was first seen within the last 7 days, by one who has watched for longer than that. */
  isNew(destination: string, now: number): boolean {
    return now - this.#since >= 7 * DAY && this.age(destination, now) <= 7;
  }

  /** Hosts that talked to the destination. */
  hosts(destination: string): number {
    return this.#destinations.peek(destination)?.hosts.length ?? 0;
  }

  /** Share of all hosts that talk to the destination; NaN while there are fewer than 10. */
  share(destination: string): number {
    if (this.#hosts.size < FEWEST_HOSTS) return Number.NaN;
    const hosts = this.hosts(destination);
    return hosts >= MOST_HOSTS ? Math.max(0.5, hosts / this.#hosts.size) : hosts / this.#hosts.size;
  }

  get size(): number {
    return this.#destinations.size;
  }

  expire(now: number): void {
    this.#destinations.expire(now);
    this.#hosts.expire(now);
  }

  save(): SavedFamiliarity {
    const since = Number.isFinite(this.#since) ? this.#since : null;
    return { since, hosts: this.#hosts.save(), destinations: this.#destinations.save() };
  }

  load(saved: SavedFamiliarity): void {
    this.#since = saved.since ?? Number.POSITIVE_INFINITY;
    this.#hosts.load(saved.hosts);
    this.#destinations.load(saved.destinations);
  }
}
