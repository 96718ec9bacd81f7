import { z } from 'zod';
import { event } from './event.ts';

/** Keys that an enriched event has in any case, unless `fields` asks for others. */
const ALWAYS = {
  id: true,
  ts: true,
  received: true,
  kind: true,
  source: true,
  src_ip: true,
  dst_ip: true,
  src_port: true,
  dst_port: true,
  proto: true,
  bytes: true,
  packets: true,
  direction: true,
  src_geo: true,
  dst_geo: true,
  src_asn: true,
  dst_asn: true,
  ti_matches: true,
  risk_score: true,
  risk_reasons: true,
  tags: true,
} as const;

/** JSON Schema (2020-12) of an event as it is answered and downloaded: `enriched.v1`. */
export const ENRICHED: object = {
  ...z.toJSONSchema(event.required(ALWAYS), { target: 'draft-2020-12' }),
  $id: 'enriched.v1',
  title: 'enriched.v1',
  description: 'An event as it is answered: what was received, located, matched and scored.',
};
