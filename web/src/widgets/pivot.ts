import { createStore } from '../kit/store.ts';

export type ValueKind = 'ip' | 'domain' | 'port' | 'country' | 'asn' | 'text' | 'number' | 'enum';

export interface PivotTarget {
  readonly kind: ValueKind;
  /** Column of the filter language, such as `src.ip`. */
  readonly field: string;
  readonly value: string | number | null;
  /** The element that was used: the menu opens below it and gives the focus back to it. */
  readonly anchor: HTMLElement;
}

/** What the one pivot menu of the page is open for. */
export const pivotTarget = createStore<PivotTarget | null>(null);
