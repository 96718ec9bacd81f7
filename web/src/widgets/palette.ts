/** The seven series colours, as indexes of --series-0 … --series-6. What has a usual colour keeps it everywhere. */
export const SERIES_COUNT = 7;

const PREFERRED: Readonly<Record<string, number>> = {
  flow: 0,
  conn: 1,
  dns: 2,
  tls: 6,
  http: 3,
  honeypot: 5,
  packet: 4,
};

/**
 * A colour for every name, the same whatever the others are called and however they are ranked, unless two want the
 * same: then the one that is later in the alphabet takes the next free one.
 */
export function seriesColors(names: readonly string[]): Map<string, number> {
  const taken = new Set<number>();
  const colors = new Map<string, number>();
  const byClaim = [...names].sort(
    (a, b) => Number(PREFERRED[a] === undefined) - Number(PREFERRED[b] === undefined) || a.localeCompare(b),
  );
  for (const name of byClaim) {
    let color = PREFERRED[name] ?? hash(name) % SERIES_COUNT;
    while (taken.has(color) && taken.size < SERIES_COUNT) color = (color + 1) % SERIES_COUNT;
    taken.add(color);
    colors.set(name, color);
  }
  return colors;
}

function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619) >>> 0;
  return value;
}
