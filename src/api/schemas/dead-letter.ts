import { z } from 'zod';
import { isoTime, wholeNumber } from './common.ts';

export const deadLettersQuery = z.object({
  limit: wholeNumber(1, 1000, 100),
  before: z
    .string()
    .max(32)
    .regex(/^\d+$/, 'must be an id of a dead letter, which is a number')
    .optional()
    .describe('`next` of the page before.'),
  reason: z.string().max(128).optional(),
  source: z.string().max(256).optional(),
});

const summary = z.object({
  id: z.string(),
  at: isoTime,
  source: z.string(),
  encoding: z.string(),
  peer: z.string(),
  reason: z.string(),
  detail: z.string(),
  size: z.number().int().describe('Bytes before it was cut.'),
});

export const deadLettersAnswer = z.object({
  items: z.array(summary.extend({ bytes_preview: z.string() })),
  next: z.string().nullable(),
  total: z.number().int(),
});

export const deadLetterAnswer = summary.extend({
  bytes: z.string().describe('base64'),
  text: z.string().optional().describe('Where it is UTF-8.'),
});

export const letterParam = z.object({ id: z.string().regex(/^\d{1,20}$/, 'must be a number of at most 20 digits') });

export const replayBody = z
  .object({
    ids: z
      .array(z.string().regex(/^\d{1,20}$/))
      .min(1)
      .max(1000),
    reason: z.string().max(128),
  })
  .partial()
  // A request without a body has null here.
  .nullable()
  .default({});

export const replayAnswer = z.object({ replayed: z.number().int(), failed: z.number().int() });
export const purgeAnswer = z.object({ purged: z.number().int() });
