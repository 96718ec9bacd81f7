import type { Delivery, Rejected } from './output.ts';

/**
 * A delivery as it may be relied on: whatever an output says that cannot be (places out of order or range, `delivered`
 * with something left) is read so that no event is taken for delivered that might not be.
 * @param events that were sent.
 */
export function checked(delivery: Delivery, events: number): Delivery {
  if (!ascending(delivery.left, events) || !inRange(delivery.rejected, events))
    return failedDelivery(everyPlace(events), 'INTERNAL', 'The output named events that were not sent.');
  if (delivery.left.length === 0 && delivery.rejected.length === 0) return delivery;
  const left = new Set(delivery.left);
  const seen = new Set<number>();
  const rejected = delivery.rejected.filter(({ index }) => {
    if (left.has(index) || seen.has(index)) return false;
    seen.add(index);
    return true;
  });
  const outcome = delivery.outcome === 'delivered' && left.size > 0 ? 'retry' : delivery.outcome;
  return { ...delivery, outcome, rejected };
}

/** What counts as the answer when there was none, because the output threw. */
export function failedDelivery(left: readonly number[], code: string, detail: string): Delivery {
  return { outcome: 'retry', left, rejected: [], duplicates: 0, bytes: 0, status: null, code, detail };
}

export function everyPlace(events: number): number[] {
  return Array.from({ length: events }, (_, place) => place);
}

function ascending(left: readonly number[], events: number): boolean {
  let before = -1;
  for (const place of left) {
    if (!Number.isInteger(place) || place <= before || place >= events) return false;
    before = place;
  }
  return true;
}

function inRange(rejected: readonly Rejected[], events: number): boolean {
  return rejected.every(({ index }) => Number.isInteger(index) && index >= 0 && index < events);
}
