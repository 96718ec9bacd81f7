import type { Matcher } from '../enrich/matcher.ts';
import type { StateStore } from '../stores/state/store.ts';

/** Name under which the matcher holds the indicators that people put in by hand. */
export const LOCAL_SOURCE = 'local';

/** Gives the matcher the local indicators of the state store, as they are now. */
export async function loadLocalIndicators(state: StateStore, matcher: Matcher): Promise<void> {
  const indicators = await state.indicators.list();
  await matcher.replace(
    LOCAL_SOURCE,
    indicators.map(({ value, category, confidence }) => ({ value, category, confidence, source: LOCAL_SOURCE })),
  );
}
