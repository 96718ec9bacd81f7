import { quantileOfSorted, sorted } from '../scores/order-statistics.ts';
import { EntityMap } from './entity-map.ts';

const HOUR = 3600e6;
/** Hours with an upload that are remembered, and how many of them it takes to know a host. */
const HELD = 168;
const ENOUGH = 24;
const QUANTILE = 0.995;
const MARGIN = 1.1;

interface Host {
  hour: number;
  bytes: number;
  past: number[];
}

/** The state as plain JSON. */
export type SavedUploads = readonly (readonly [string, number, Host])[];

/** What each host inside uploads in an hour, over the last 168 hours in which it did. Microseconds of packet time. */
export class UploadHistory {
  readonly #hosts: EntityMap<Host>;

  constructor(capacity = 4096) {
    this.#hosts = new EntityMap({ capacity, lifetime: 30 * 24 * HOUR });
  }

  add(address: string, at: number, bytes: number): void {
    const hour = Math.floor(at / HOUR);
    const host = this.#hosts.touch(address, at, () => ({ hour, bytes: 0, past: [] }));
    if (hour > host.hour) {
      remember(host);
      host.hour = hour;
      host.bytes = 0;
    }
    host.bytes += bytes;
  }

  /** From what on an hour is unusual for the host: 1.1 times its 99.5 % quantile; NaN before it has 24 hours. */
  limit(address: string): number {
    const host = this.#hosts.peek(address);
    return host ? limitOf(host) : Number.NaN;
  }

  get size(): number {
    return this.#hosts.size;
  }

  expire(now: number): void {
    this.#hosts.expire(now);
  }

  save(): SavedUploads {
    return this.#hosts.save();
  }

  load(saved: SavedUploads): void {
    this.#hosts.load(saved);
  }
}

function limitOf(host: Host): number {
  return host.past.length < ENOUGH ? Number.NaN : MARGIN * quantileOfSorted(sorted(host.past), QUANTILE);
}

/** What was unusual counts by a tenth only, so that one theft does not hide the next. */
function remember(host: Host): void {
  const limit = limitOf(host);
  const learned = host.bytes > limit ? limit + (host.bytes - limit) / 10 : host.bytes;
  host.past.push(Math.round(learned));
  if (host.past.length > HELD) host.past.shift();
}
