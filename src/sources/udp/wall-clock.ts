/** How far, in milliseconds, the clocks may come apart before the fine one follows the one that is set by people. */
const TOLERANCE = 5;

/**
 * A clock of microseconds since 1970: as fine as the monotonic clock, and never more than a few milliseconds from the
 * wall clock, which is corrected while the process runs.
 */
export function wallClock(
  wall: () => number = Date.now,
  steady: () => number = () => performance.now(),
  origin: number = performance.timeOrigin,
): () => number {
  let offset = origin;
  return () => {
    const fine = steady() + offset;
    const coarse = wall();
    const apart = coarse - fine;
    if (apart <= TOLERANCE && apart >= -TOLERANCE) return Math.round(fine * 1000);
    offset += apart;
    return Math.round(coarse * 1000);
  };
}
