const THIN = '\u202f';

/** `4 812 003`, grouped by thin spaces. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** Three significant digits and an SI prefix: `950`, `12.3 k`, `1.42 M`. */
export function short(value: number, unit = ''): string {
  const size = Math.abs(value);
  const steps: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [step, prefix] of steps) {
    // 999.5 k would round to "1000 k": the next prefix begins half a digit early.
    if (size >= step * 0.9995) return `${digits(value / step)}${THIN}${prefix}${unit}`;
  }
  return `${digits(value)}${unit && `${THIN}${unit}`}`;
}

function digits(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace(/\.0+$/, '');
}

export function bytes(value: number): string {
  return short(value, 'B');
}

/** `31 %`; `<1 %` for what is there but rounds away. */
export function share(part: number, total: number): string {
  if (total <= 0) return '–';
  const percent = (part / total) * 100;
  if (percent > 0 && percent < 1) return `<1${THIN}%`;
  return `${Math.round(percent)}${THIN}%`;
}

export interface Change {
  direction: 'up' | 'down' | 'same';
  text: string;
}

/** Change against the period before; null when there is nothing to compare with. */
export function change(value: number | null, previous: number | null): Change | null {
  if (value === null || previous === null) return null;
  if (value === previous) return { direction: 'same', text: 'no change' };
  const direction = value > previous ? 'up' : 'down';
  if (previous === 0) return { direction, text: 'from 0' };
  const percent = Math.abs((value - previous) / previous) * 100;
  if (percent < 0.5) return { direction: 'same', text: 'no change' };
  if (percent >= 1000) return { direction, text: `×${digits(value / previous)}` };
  return { direction, text: `${Math.round(percent)}${THIN}%` };
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}
