import { z } from 'zod';
import { isoTime, wholeNumber } from './common.ts';

const id = z.uuid();
const code = z.string().min(1).max(200);
const count = z.number().int();

export const outputLettersQuery = z.object({
  limit: wholeNumber(1, 1000, 100),
  before: id.optional().describe('`next` of the page before.'),
  code: code.optional(),
});

export const outputLetterParam = z.object({ name: z.string().min(1).max(63), id });

const summary = z.object({
  id,
  output: z.string(),
  event_id: z.string(),
  code: z.string().describe('Stable word or number: HEC_6, HTTP_413, mapper_parsing_exception.'),
  reason: z.string().describe("One sentence, with the receiver's own words where it gave any."),
  attempts: count,
  first_at: isoTime,
  last_at: isoTime,
});

export const outputLettersAnswer = z.object({
  items: z.array(summary.extend({ preview: z.string().describe('Beginning of what was sent.') })),
  next: id.nullable(),
  total: count.describe('Of the output, whatever their code.'),
});

export const outputLetterAnswer = summary.extend({
  original: z.string().describe('What was sent, cut at 64 KiB.'),
});

const ids = z.array(id).min(1).max(1000);

export const outputReplayBody = z
  .strictObject({
    ids,
    code: code.describe('Only those with this code.'),
    before: id.describe('`next` of the answer before, where not all were done at once.'),
  })
  .partial()
  // A request without a body has null here.
  .nullable()
  .default({});

const outcome = {
  delivered: count.describe('Taken now; their dead letters are gone.'),
  refused: count.describe('Refused again; their dead letters have one attempt more.'),
  missing: count.describe('Events that are stored no more; their dead letters stay.'),
  left: count.describe('Not settled, because the receiver takes nothing at the moment.'),
};

export const outputReplayAnswer = z.object({
  ...outcome,
  next: id.nullable().describe('Where there is more to do: `before` of the next request.'),
});

export const outputReplayOneAnswer = z.object({
  result: z.enum(['delivered', 'refused', 'missing', 'left']),
  dead_letter: outputLetterAnswer.nullable().describe('As it is now; null when it is gone.'),
});

export const outputPurgeBody = z.strictObject({ ids }).nullable().default(null);

export const outputPurgeQuery = z.object({
  code: code.optional().describe('Only those with this code.'),
  all: z.enum(['true', 'false']).default('false').describe('Says that all of them are meant.'),
});

export const outputPurgeAnswer = z.object({ purged: count });
