import type { Anomaly } from './types.ts';

/** A short name for an anomaly that stays the same between two answers, for the address of the page. */
export function anomalyKey(anomaly: Anomaly): string {
  const { type, window_start, window_end, metric, flow_src, flow_dst, port, message } = anomaly;
  const text = [type, window_start, window_end, metric, flow_src, flow_dst, port, message].join(' ');
  return `a${hash(text, 2166136261)}${hash(text, 40389)}`;
}

/** FNV-1a over UTF-16 units, as eight digits. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619) >>> 0;
  return value.toString(16).padStart(8, '0');
}
