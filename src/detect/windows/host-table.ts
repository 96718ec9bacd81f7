import type { Talker } from '../../model/window.ts';
import type { HostTotals } from './host-totals.ts';

/**
 * What each host of a window did. Exact for up to twice `capacity` hosts. With more, the smaller ones are dropped in
 * one go, as in the Misra-Gries and space-saving sketches: a host that comes (again) later is then counted from there on,
 * so what is told of it is too low by at most {@link missed} bytes, and every host with more than that is in the table.
 */
export class HostTable {
  readonly #capacity: number;
  #hosts = new Map<string, HostTotals>();
  #missed = 0;
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  get hosts(): ReadonlyMap<string, HostTotals> {
    return this.#hosts;
  }

  /** The most bytes that a host can have beyond what is told; 0 while the table is exact. */
  get missed(): number {
    return this.#missed;
  }

  /** Entries dropped for want of room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The totals of `address`, to be added to before the next call. */
  totals(address: string): HostTotals {
    let host = this.#hosts.get(address);
    if (host) return host;
    if (this.#hosts.size >= 2 * this.#capacity) this.#drop();
    host = {
      address,
      sentBytes: 0,
      receivedBytes: 0,
      sentPackets: 0,
      receivedPackets: 0,
      begun: 0,
      accepted: 0,
    };
    this.#hosts.set(address, host);
    return host;
  }

  /** Those that sent most, most first. */
  topSenders(limit: number): Talker[] {
    return top(this.#hosts, limit, (host) => host.sentBytes).map(({ address, sentBytes, sentPackets }) => ({
      address,
      bytes: sentBytes,
      packets: sentPackets,
    }));
  }

  /** Those that received most, most first. */
  topReceivers(limit: number): Talker[] {
    return top(this.#hosts, limit, (host) => host.receivedBytes).map(({ address, receivedBytes, receivedPackets }) => ({
      address,
      bytes: receivedBytes,
      packets: receivedPackets,
    }));
  }

  #drop(): void {
    const kept = [...this.#hosts.values()].sort((a, b) => bytesOf(b) - bytesOf(a));
    const dropped = kept.splice(this.#capacity);
    this.#missed += bytesOf(dropped[0]);
    this.#dropped += dropped.length;
    this.#hosts = new Map(kept.map((host) => [host.address, host]));
  }
}

function bytesOf(host: HostTotals): number {
  return host.sentBytes + host.receivedBytes;
}

/** The `limit` largest by `size` that are not 0; equal ones by their address, so that the order does not depend on arrival. */
function top(hosts: ReadonlyMap<string, HostTotals>, limit: number, size: (host: HostTotals) => number): HostTotals[] {
  const best: HostTotals[] = [];
  for (const host of hosts.values()) {
    if (size(host) === 0) continue;
    let place = best.length;
    while (place > 0 && before(host, best[place - 1], size)) place--;
    if (place >= limit) continue;
    best.splice(place, 0, host);
    if (best.length > limit) best.pop();
  }
  return best;
}

function before(a: HostTotals, b: HostTotals, size: (host: HostTotals) => number): boolean {
  const difference = size(a) - size(b);
  return difference > 0 || (difference === 0 && a.address < b.address);
}
