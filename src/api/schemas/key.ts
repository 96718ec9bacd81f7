import { z } from 'zod';
import { isoTime, wholeNumber } from './common.ts';

const scope = z.enum(['read', 'ingest', 'admin']);
const tier = z.enum(['free', 'standard', 'premium', 'enterprise']);

export const newKeyBody = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: z
    .array(scope)
    .min(1)
    .max(3)
    .transform((scopes) => [...new Set(scopes)]),
  tier: tier.optional(),
  expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
});

export const key = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(scope),
  tier,
  disabled: z.boolean(),
  expires_at: isoTime.nullable(),
  created_at: isoTime,
  last_used_at: isoTime.nullable(),
});

export const newKeyAnswer = key.extend({ secret: z.string().describe('Shown this once.') });
export const keysAnswer = z.object({ items: z.array(key) });
export const disableBody = z.object({ disabled: z.boolean() });
export const disableAnswer = z.object({ id: z.string(), disabled: z.boolean() });
export const revokeAnswer = z.object({ id: z.string(), revoked: z.literal(true) });

export const whoamiAnswer = z.object({
  name: z.string(),
  scopes: z.array(scope),
  tier: tier.nullable(),
  expires_at: isoTime.nullable(),
});

export const auditQuery = z.object({ limit: wholeNumber(1, 1000, 100), before: z.string().max(64).optional() });
export const auditAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      at: isoTime,
      actor: z.string(),
      action: z.string(),
      target: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  next: z.string().nullable(),
});
