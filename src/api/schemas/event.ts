import { z } from 'zod';
import { isoTime, range, rangeQuery, tookMs, wholeNumber } from './common.ts';

const place = z.object({
  country: z.string().nullable(),
  city: z.string().nullable(),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
});
const network = z.object({ asn: z.number().int().nullable(), org: z.string().nullable() });

export const reason = z.object({ code: z.string(), points: z.number(), reason: z.string() });

export const threatMatch = z.object({
  indicator: z.string(),
  category: z.string(),
  confidence: z.number(),
  source: z.string(),
  field: z.string().optional(),
});

/** An enriched event. All keys are optional because `fields` chooses; without it the keys of the contract are there. */
export const event = z
  .object({
    id: z.string(),
    ts: isoTime,
    received: isoTime,
    kind: z.string(),
    source: z.string(),
    exporter: z.string(),
    src_ip: z.string().nullable(),
    dst_ip: z.string().nullable(),
    src_port: z.number().int(),
    dst_port: z.number().int(),
    proto: z.string(),
    bytes: z.number(),
    packets: z.number(),
    src_bytes: z.number(),
    dst_bytes: z.number(),
    src_packets: z.number(),
    dst_packets: z.number(),
    duration: z.number(),
    direction: z.string(),
    app: z.string(),
    state: z.string(),
    domain: z.string(),
    user: z.string(),
    uid: z.string(),
    src_scope: z.string(),
    dst_scope: z.string(),
    src_geo: place.nullable(),
    dst_geo: place.nullable(),
    src_asn: network.nullable(),
    dst_asn: network.nullable(),
    ti_matches: z.array(threatMatch),
    risk_score: z.number(),
    risk_reasons: z.array(reason),
    tags: z.array(z.string()),
    attrs: z.record(z.string(), z.unknown()),
    vlan: z.number().int(),
    input_if: z.number().int(),
    output_if: z.number().int(),
    tos: z.number().int(),
    tcp_flags: z.number().int(),
    sampling: z.number().int(),
  })
  .partial();
export type Event = z.output<typeof event>;

const fields = z.string().max(2048).optional().describe('Comma separated fields to answer with; all when absent.');

export const eventsQuery = rangeQuery.extend({
  fields,
  limit: wholeNumber(1, 1000, 100),
  cursor: z.string().max(128).optional().describe('`next_cursor` of the page before.'),
});

export const eventsAnswer = z.object({
  items: z.array(event),
  next_cursor: z.string().nullable(),
  range,
  took_ms: tookMs,
});

export const downloadQuery = rangeQuery.extend({
  from: rangeQuery.shape.from.describe('As in the events query. Default: the oldest event.'),
  fields,
  limit: wholeNumber(0, Number.MAX_SAFE_INTEGER, 1000).describe('Newest events to send; 0 sends all.'),
});
