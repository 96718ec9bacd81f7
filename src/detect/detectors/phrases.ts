/** By digits after the point; making one takes longer than using it a thousand times. */
const FORMATS = [0, 1, 2].map((maximumFractionDigits) => new Intl.NumberFormat('en-US', { maximumFractionDigits }));
const UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/** `1234567`, `bit/s` → `1.2 Mbit/s`. */
export function amount(value: number, unit: string): string {
  let scaled = value;
  let step = 0;
  while (Math.abs(scaled) >= 1000 && step < UNITS.length - 1) {
    scaled /= 1000;
    step++;
  }
  return `${figure(scaled)} ${UNITS[step]}${unit}`;
}

/** At most three significant digits and never an exponent: `0.05`, `12`, `1,234`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return FORMATS[digits].format(value);
}

/** `0.034` → `3.4 %`. */
export function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

/** Seconds as a person says them: `45 s`, `10 min`, `1 h 15 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return pair(whole, 3600, 'h', 60, 'min');
  return pair(whole, 86_400, 'd', 3600, 'h');
}

function pair(value: number, big: number, bigName: string, small: number, smallName: string): string {
  const bigs = Math.floor(value / big);
  const smalls = Math.floor((value - bigs * big) / small);
  return smalls === 0 ? `${bigs} ${bigName}` : `${bigs} ${bigName} ${smalls} ${smallName}`;
}

/** `1 host`, `5 hosts`. */
export function count(number: number, noun: string): string {
  return `${figure(number)} ${noun}${number === 1 ? '' : 's'}`;
}
