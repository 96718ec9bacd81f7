import { protocolName } from '../../model/kinds.ts';
import type { Observation } from '../../model/window.ts';
import { EntityMap } from './entity-map.ts';

const DAY = 86_400e6;
const MAX_NAMES = 64;

interface Known {
  readonly since: number;
  readonly names: Set<string>;
}

/** As it is saved: host, last seen, known since, names. */
export type SavedFirstProtocols = readonly (readonly [string, number, number, readonly string[]])[];

/** Which protocols and services each host uses, and when one is used for the first time after it was watched for some days. */
export class FirstProtocols {
  readonly #learning: number;
  readonly #hosts = new EntityMap<Known>({ capacity: 8192, lifetime: 30 * DAY });

  /** @param days of learning before anything is new. */
  constructor(days: number) {
    this.#learning = days * DAY;
  }

  /** The protocol or service that the source uses for the first time; undefined when it is known, or still learned. */
  observe(o: Observation): string | undefined {
    const name = o.service !== '' ? o.service : o.proto === 6 || o.proto === 17 ? '' : protocolName(o.proto);
    const known = this.#hosts.touch(o.src, o.at, () => ({ since: o.at, names: new Set() }));
    if (name === '' || known.names.has(name) || known.names.size >= MAX_NAMES) return undefined;
    known.names.add(name);
    return o.at - known.since >= this.#learning ? name : undefined;
  }

  expire(now: number): void {
    this.#hosts.expire(now);
  }

  save(): SavedFirstProtocols {
    return this.#hosts.save().map(([host, touched, { since, names }]) => [host, touched, since, [...names]] as const);
  }

  load(saved: SavedFirstProtocols): void {
    this.#hosts.load(
      saved.map(([host, touched, since, names]) => [host, touched, { since, names: new Set(names) }] as const),
    );
  }
}
