import { short } from '../../format/number.ts';
import { duration } from '../../format/time.ts';

const PROTOCOLS: Readonly<Record<string, string>> = {
  netflow5: 'NetFlow 5',
  netflow9: 'NetFlow 9',
  ipfix: 'IPFIX',
  sflow: 'sFlow',
};

export function protocolName(protocol: string): string {
  return PROTOCOLS[protocol] ?? protocol;
}

/** `1.2 %`; a dash where nothing came. */
export function lossText(percent: number | null): string {
  if (percent === null) return '–';
  return percent > 0 && percent < 0.01 ? '<0.01 %' : `${Number(percent.toPrecision(2))} %`;
}

/** How far a clock is off, with the direction. */
export function skewText(seconds: number | null): string {
  if (seconds === null) return '–';
  if (Math.abs(seconds) < 0.5) return 'exact';
  return `${duration(Math.abs(seconds))} ${seconds > 0 ? 'behind' : 'ahead'}`;
}

export function rateText(perSecond: number): string {
  return perSecond > 0 && perSecond < 0.01 ? '<0.01' : short(perSecond);
}

/** `1:1000`, one for each rate in use. */
export function samplingText(rates: readonly number[]): string {
  return rates.length === 0 ? '–' : rates.map((rate) => `1:${rate}`).join(', ');
}

export function bitsText(bps: number | null): string {
  return bps === null ? '–' : short(bps, 'b/s');
}

/** Does this socket listen on the machine itself only, where no router can reach it? */
export function isLocalOnly(address: string): boolean {
  return /^(127\.|\[::1\]|localhost)/.test(address);
}

/** The port of `0.0.0.0:2055`, `[::]:6343`. */
export function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
