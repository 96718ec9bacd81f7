import type { AnomalyType } from '../../model/window.ts';

/** The detectors that want to be told of single DNS questions, known without loading them. */
const ASKING: ReadonlySet<AnomalyType> = new Set(['dns_tunnel', 'dga']);

/** @param wanted all or none of them, or those that are named. */
export function anyAsking(wanted: boolean | readonly AnomalyType[]): boolean {
  return typeof wanted === 'boolean' ? wanted : wanted.some((type) => ASKING.has(type));
}
