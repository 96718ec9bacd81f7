import { z } from 'zod';

export const ingestQuery = z.object({
  type: z.string().max(64).optional().describe('What the records are, such as zeek, conn, nfdump.'),
  format: z.string().max(64).optional().describe('The same as `type`.'),
});

export const acceptedAnswer = z.object({
  status: z.literal('accepted'),
  queued: z.number().int().describe('Records that are durable now.'),
  failed: z.number().int().describe('Records that went to the dead letters.'),
});

export const partialAnswer = z.object({
  status: z.literal('partial'),
  succeeded: z.number().int(),
  failed: z.number().int(),
  errors: z
    .array(z.object({ index: z.number().int(), error: z.string(), code: z.string() }))
    .describe('At most 1,000.'),
});
