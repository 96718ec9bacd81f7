import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import * as z from 'zod/mini';
import { DEFAULT_RANGE, resolveTime } from './time-range.ts';

/**
 * The state that a link carries: `?v=1&from=-1h&to=now&q=dst.port%3D443`. Names are short and never change their
 * meaning within a version; a new meaning is a new `v` with a step in {@link MIGRATIONS}. Unknown names are ignored, a
 * value that cannot be read becomes its default: an old link always opens.
 */
export const URL_VERSION = 1;

const time = (fallback: string) =>
  z.catch(
    z.string().check(
      z.maxLength(40),
      z.refine((value) => resolveTime(value, 0) !== undefined),
    ),
    fallback,
  );
const text = (most: number) => z.catch(z.string().check(z.maxLength(most)), '');

const schema = z.object({
  from: time(DEFAULT_RANGE.from),
  to: time(DEFAULT_RANGE.to),
  /** Filter expression. */
  q: text(4000),
  /** What top lists count. */
  by: z.catch(z.enum(['events', 'bytes', 'packets', 'risk']), 'events'),
  /** Columns of the event table, separated by commas; empty is the usual set. */
  cols: text(1000),
  /** Id of the event that is open beside the list. */
  row: text(40),
  /** What the look-up page looks up. */
  find: text(4000),
});

export type UrlState = z.infer<typeof schema>;

const DEFAULTS: UrlState = schema.parse({});
/** Kept on the way from page to page; the rest belongs to one page. */
const SHARED: readonly (keyof UrlState)[] = ['from', 'to', 'q'];

/** Step N turns the parameters of version N into those of version N + 1. */
const MIGRATIONS: Readonly<Record<number, (old: Record<string, string>) => Record<string, string>>> = {};

export function readUrl(search: string): UrlState {
  let raw = Object.fromEntries(new URLSearchParams(search));
  for (let version = Number(raw.v ?? URL_VERSION); version < URL_VERSION; version++) {
    raw = MIGRATIONS[version]?.(raw) ?? raw;
  }
  return schema.parse(raw);
}

/** The query string of a state: version and range always, the rest where it differs from its default. */
export function writeUrl(state: UrlState): string {
  const query = new URLSearchParams({ v: String(URL_VERSION), from: state.from, to: state.to });
  for (const name of Object.keys(DEFAULTS) as (keyof UrlState)[]) {
    if (state[name] !== DEFAULTS[name]) query.set(name, state[name]);
  }
  return query.toString();
}

/** The address of another page, with range and filter taken along. */
export function pageAddress(path: string, state: UrlState, patch: Partial<UrlState> = {}): string {
  const next: UrlState = { ...DEFAULTS };
  for (const name of SHARED) next[name] = state[name] as never;
  return `${path}?${writeUrl({ ...next, ...patch })}`;
}

export interface UrlControl {
  readonly state: UrlState;
  /** Changes the URL. A step that a person may want to take back is pushed, the rest replaces. */
  update(patch: Partial<UrlState>, options?: { replace?: boolean }): void;
  /** Goes to another page with range and filter. */
  go(path: string, patch?: Partial<UrlState>): void;
  /** How many steps Back can take within the dashboard. */
  readonly depth: number;
}

function currentDepth(): number {
  const state: unknown = window.history.state;
  const depth = state && typeof state === 'object' && 'depth' in state ? state.depth : 0;
  return typeof depth === 'number' ? depth : 0;
}

/** The state in the URL, and the ways to change it. */
export function useUrlState(): UrlControl {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const state = useMemo(() => readUrl(search), [search]);
  const update = useCallback<UrlControl['update']>(
    (patch, options = {}) => {
      const now = readUrl(window.location.search);
      const target = `${window.location.pathname}?${writeUrl({ ...now, ...patch })}`;
      if (target === window.location.pathname + window.location.search) return;
      navigate(target, {
        replace: options.replace ?? false,
        state: { depth: currentDepth() + (options.replace ? 0 : 1) },
      });
    },
    [navigate],
  );
  const go = useCallback<UrlControl['go']>(
    (to, patch) => {
      const target = pageAddress(to, readUrl(window.location.search), patch);
      navigate(target, { state: { depth: currentDepth() + 1 } });
    },
    [navigate],
  );
  // The path is read so that the depth is looked at again after every step.
  return { state, update, go, depth: path === undefined ? 0 : currentDepth() };
}
