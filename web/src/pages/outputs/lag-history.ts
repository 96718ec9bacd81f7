import { useEffect, useState } from 'react';
import type { Output } from './types.ts';

/** Lags by output, in events, oldest first. */
export type LagHistory = ReadonlyMap<string, readonly number[]>;

/** Five minutes at the usual pace. */
const KEPT = 60;

/** With one sample more of each output; those that are gone are forgotten. */
export function withSamples(history: LagHistory, items: readonly Output[]): LagHistory {
  return new Map(
    items.map(({ name, status }) => [name, [...(history.get(name) ?? []), status.lag.events].slice(-KEPT)]),
  );
}

/** How the lags went while this page was open: the server keeps no history of them. */
export function useLagHistory(items: readonly Output[] | undefined, at: number): LagHistory {
  const [history, setHistory] = useState<LagHistory>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer that is like the one before is a sample too
  useEffect(() => {
    if (items) setHistory((before) => withSamples(before, items));
  }, [items, at]);
  return history;
}
