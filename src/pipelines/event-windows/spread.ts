/** Packets that a connection begins with: its handshake, or a question and its answer. */
const OPENING = 3;

/** What one side of a connection sent, and when: evenly, but for its first packets, which come at the beginning. */
export interface Course {
  /** Microseconds since 1970; `to` is that of the last packet, the same as `from` for one packet. */
  readonly from: number;
  readonly to: number;
}

/**
 * Which part of it was over at `time`, 0 to 1. Flows and logs tell sums only, so a constant rate is assumed, with one
 * exception: up to {@link OPENING} packets count where it begins, because that is where connections are opened.
 *
 * @param packets of that side; 0 when they are not known.
 */
export function partUntil({ from, to }: Course, packets: number, time: number): number {
  if (time <= from) return 0;
  if (time >= to) return 1;
  const elapsed = (time - from) / (to - from);
  return packets === 0 ? elapsed : Math.max(elapsed, Math.min(1, OPENING / packets));
}

/**
 * How much of `total` lies between two times. Parts of neighbouring spans are whole numbers that add up to the total
 * exactly, since each is the difference of two rounded sums. Bytes come with their packets, which are whole, too.
 */
export function shareOf(course: Course, total: number, packets: number, since: number, until: number): number {
  return sumUntil(course, total, packets, until) - sumUntil(course, total, packets, since);
}

function sumUntil(course: Course, total: number, packets: number, time: number): number {
  const part = partUntil(course, packets, time);
  return Math.round(packets === 0 ? total * part : (total * Math.round(packets * part)) / packets);
}
