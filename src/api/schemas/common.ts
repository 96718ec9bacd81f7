import { z } from 'zod';

/** Parameters that choose events, the same for every query. */
export const rangeQuery = z.object({
  from: z
    .string()
    .max(64)
    .optional()
    .describe('ISO 8601, Unix seconds, now, relative (-6h), or "all". Default: an hour before `to`.'),
  to: z.string().max(64).optional().describe('Likewise. Default: now.'),
  filter: z.string().max(8192).optional().describe('Filter expression, see docs/filter-language.md.'),
  q: z.string().max(8192).optional().describe('The same as `filter`.'),
});
export type RangeQuery = z.output<typeof rangeQuery>;

export const isoTime = z.string().describe('ISO 8601, UTC.');
export const range = z.object({ from: isoTime, to: isoTime });
export const tookMs = z.number().describe('Milliseconds the query took.');

export const errorAnswer = z.object({
  error: z.string().describe('Short name.'),
  detail: z.union([z.string(), z.array(z.unknown())]).describe('A sentence, or a list of them.'),
  code: z.string().describe('Stable code in UPPER_SNAKE.'),
  timestamp: isoTime,
  request_id: z.string(),
  position: z.number().int().optional().describe('Of a filter: where it fails, from 0.'),
  length: z.number().int().optional(),
  suggestion: z.string().optional(),
});

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood.',
  401: 'No valid key.',
  403: 'The key lacks the scope, is disabled or has expired.',
  404: 'Nothing is there.',
  408: 'The query took too long.',
  409: 'Not possible now.',
  413: 'Too large.',
  415: 'Media type or encoding not read here.',
  429: 'Too many requests, or the queue is full; see Retry-After.',
};

/** Error answers of a route, for its schema. */
export function errors<const S extends number>(...statuses: S[]): Record<S, typeof errorAnswer> {
  const entries = statuses.map((status) => [status, errorAnswer.describe(MEANINGS[status] ?? 'An error.')]);
  return Object.fromEntries(entries) as Record<S, typeof errorAnswer>;
}

/** A whole number in a query parameter. */
export function wholeNumber(min: number, max: number, otherwise: number) {
  return z.coerce.number().int().min(min).max(max).default(otherwise);
}

export const idParam = z.object({ id: z.string().min(1).max(128) });
