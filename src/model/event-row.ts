/**
 * A stored event under column names (model/columns.ts): numbers, strings (`id` too, as decimal digits), `ts` and
 * `received` in microseconds since 1970, JSON columns as text. null is "not known", an unknown coordinate for example.
 */
export type EventRow = Readonly<Record<string, string | number | null>>;
