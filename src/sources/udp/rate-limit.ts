import type { Peer } from './peer.ts';

/**
 * Takes one token from the bucket of a peer. The bucket holds one second's worth and fills steadily; a clock that was set
 * back neither fills it nor lets it wait.
 * @param rate datagrams a second.
 * @param now microseconds since 1970.
 * @returns whether there was one.
 */
export function takeToken(peer: Peer, rate: number, now: number): boolean {
  const elapsed = Math.max(0, now - peer.refilledAt);
  // A peer that is new has refilledAt 0: so long ago that its bucket is full.
  peer.tokens = Math.min(Math.max(rate, 1), peer.tokens + (elapsed * rate) / 1e6);
  peer.refilledAt = now;
  if (peer.tokens < 1) return false;
  peer.tokens--;
  return true;
}
