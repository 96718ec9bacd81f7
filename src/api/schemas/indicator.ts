import { z } from 'zod';
import { isoTime } from './common.ts';

export const indicatorBody = z
  .object({
    ip_or_cidr: z.string().min(1).max(255).optional(),
    value: z.string().min(1).max(255).optional().describe('Address, network or domain.'),
    category: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .regex(/^[\w .-]+$/, 'may have letters, digits, "_", "-", "." and spaces'),
    confidence: z.number().min(0).max(100),
  })
  .refine((body) => (body.ip_or_cidr === undefined) !== (body.value === undefined), {
    message: 'Send exactly one of "ip_or_cidr" and "value".',
  });

export const indicator = z.object({
  id: z.string(),
  value: z.string(),
  category: z.string(),
  confidence: z.number(),
  created_at: isoTime,
  updated_at: isoTime,
});

export const indicatorsAnswer = z.object({ items: z.array(indicator) });
export const removedAnswer = z.object({ id: z.string(), removed: z.literal(true) });
