import { z } from 'zod';
import { reason, threatMatch } from './event.ts';

export const LOOKUPS_AT_ONCE = 1000;

const value = z.string().min(1).max(255);

export const lookupBody = z
  .object({ ip: value, domain: value, indicators: z.array(value).min(1).max(LOOKUPS_AT_ONCE) })
  .partial()
  .refine((body) => Object.values(body).filter((part) => part !== undefined).length === 1, {
    message: 'Send exactly one of "ip", "domain" and "indicators".',
  });

export const lookupResult = z.object({
  query: z.string(),
  type: z.enum(['ip', 'domain']),
  scope: z.string().optional(),
  geo: z
    .object({ country: z.string(), city: z.string(), lat: z.number().nullable(), lon: z.number().nullable() })
    .nullable(),
  asn: z.object({ asn: z.number().int(), org: z.string() }).nullable(),
  threats: z.array(threatMatch),
  risk: z.object({ score: z.number(), reasons: z.array(reason) }),
  attribution: z.array(z.string()).describe('Licence notices of the databases; show them.'),
});
export type LookupResult = z.output<typeof lookupResult>;

export const lookupAnswer = z.union([
  lookupResult,
  z.object({ results: z.array(z.union([lookupResult, z.object({ query: z.string(), error: z.string() })])) }),
]);
