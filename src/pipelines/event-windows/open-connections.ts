import { EntityMap } from '../../detect/detectors/entity-map.ts';
import { SYN, TCP } from '../../detect/detectors/tcp-flags.ts';

/** Silence after which a connection is another one, microseconds: as long as connections of packets are waited for. */
const SILENCE = 60e6;
const SILENCE_OF_TCP = 300e6;
/** Clocks and the two directions of one connection differ by so much. */
const OVERLAP = 1e6;
/** A connection whose name came before its record may stay open for long. */
const LIFETIME = 12 * 3600e6;
const CAPACITY = 65_536;

/** A connection as records before told it. */
export interface OpenConnection {
  /** Identity by the sensor; empty in flows. */
  readonly uid: string;
  /** Address and port of who began it. */
  readonly origin: string;
  readonly start: number;
  end: number;
}

/** What a record says of its connection. */
export interface Sighting {
  readonly key: string;
  readonly uid: string;
  readonly origin: string;
  readonly proto: number;
  readonly start: number;
  readonly end: number;
  /** Flags of the originator; 0 when not known. */
  readonly flags: number;
}

/**
 * Connections that came in several records: exporters report long ones every minute or so as if they began anew, and
 * names come before the record of their connection. With it a later record goes on with what an earlier one began.
 */
export class OpenConnections {
  readonly #held = new EntityMap<OpenConnection>({ capacity: CAPACITY, lifetime: LIFETIME });

  /** The connection that this continues; undefined when it begins one. */
  before({ key, uid, proto, start, flags }: Omit<Sighting, 'origin' | 'end'>): OpenConnection | undefined {
    const open = this.#held.get(key, start);
    if (!open) return undefined;
    if (uid !== '' && open.uid !== '') return uid === open.uid ? open : undefined;
    const silence = start - open.end;
    if (silence <= OVERLAP) return open;
    if (proto !== TCP || flags === 0) return silence <= SILENCE ? open : undefined;
    return (flags & SYN) === 0 && silence <= SILENCE_OF_TCP ? open : undefined;
  }

  /** @param open what {@link before} answered for it */
  see({ key, uid, origin, start, end }: Sighting, open: OpenConnection | undefined): void {
    if (open) open.end = Math.max(open.end, end);
    this.#held.set(key, end, open ?? { uid, origin, start, end });
  }

  expire(now: number): void {
    this.#held.expire(now);
  }
}
