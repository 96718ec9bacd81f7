import { z } from 'zod';
import { isoTime } from './common.ts';

export const CONDITIONS = ['silent', 'losing', 'clock', 'no-template', 'limited', 'malformed'] as const;

export const exportersQuery = z.object({
  condition: z
    .enum([...CONDITIONS, 'any'])
    .optional()
    .describe('Only exporters with this condition, or with any.'),
});

export const addressParam = z.object({
  address: z.string().min(1).max(64).describe('Address of the exporter, in any spelling.'),
});

const protocol = z.enum(['netflow5', 'netflow9', 'ipfix', 'sflow']);
const count = z.number().int();

const condition = z.object({
  code: z.enum(CONDITIONS),
  since: isoTime,
  text: z.string().describe('One sentence for a person.'),
});

const counts = z
  .object({
    datagrams: count,
    bytes: count,
    flows: count,
    options: count,
    counter_samples: count,
    lost: count.describe('Datagrams (NetFlow v9, sFlow) or flow records (NetFlow v5, v7, IPFIX), by sequence number.'),
    reordered: count,
    duplicates: count,
    restarts: count,
    malformed: count,
    without_template: count.describe('Data sets given up because their template did not come.'),
    limited: count,
  })
  .describe('Since the process started.');

const base = z.object({
  address: z.string(),
  name: z.string().describe('As events carry it in the field `exporter`.'),
  protocols: z.array(protocol),
  first_seen: isoTime,
  last_seen: isoTime,
  datagrams_per_second: z.number().describe('Over the last minute.'),
  flows_per_second: z.number(),
  loss_percent: z.number().nullable().describe('Over the last five minutes; null when nothing came.'),
  clock_skew: z.number().nullable().describe('Seconds its clock is behind; below 0 it is ahead.'),
  counts,
  conditions: z.array(condition),
});

const template = z.object({
  protocol,
  domain: count.describe('Source id (NetFlow v9) or observation domain id (IPFIX).'),
  id: count,
  kind: z.enum(['data', 'options']),
  fields: z.array(z.string()),
  record_bytes: count.nullable().describe('null where the length varies.'),
  first_seen: isoTime,
  last_seen: isoTime,
  records: count,
});

const sampling = z.object({
  protocol,
  domain: count,
  selector: count.nullable(),
  rate: z.number().describe('One packet in so many.'),
  from: z.enum(['header', 'options', 'record', 'configured']),
  last_seen: isoTime,
});

const figure = z.number().nullable();

const interfaceCounters = z.object({
  at: isoTime,
  speed: figure.describe('Bits a second.'),
  up: z.boolean().nullable(),
  in_octets: figure,
  out_octets: figure,
  in_packets: figure,
  out_packets: figure,
  in_errors: figure,
  out_errors: figure,
  in_discards: figure,
  out_discards: figure,
});

const exporterInterface = z.object({
  index: count,
  name: z.string(),
  description: z.string(),
  named_by: z.enum(['options', 'configured', '']),
  counters: interfaceCounters.nullable().describe('From sFlow counter samples; null for any other exporter.'),
  in_bps: figure.describe('Bits a second between the last two counter samples.'),
  out_bps: figure,
});

export const exporterSummary = base.extend({
  templates: count.describe('How many are known.'),
  sampling: z.array(z.number()).describe('The rates in use, each once.'),
  interfaces: count.describe('How many are known.'),
});
export type ExporterSummary = z.output<typeof exporterSummary>;

export const exporterDetail = base.extend({
  templates: z.array(template),
  sampling: z.array(sampling),
  interfaces: z.array(exporterInterface),
});
export type ExporterDetail = z.output<typeof exporterDetail>;

export const exportersAnswer = z.object({
  items: z.array(exporterSummary),
  total: count.describe('How many exporters are known, whatever was asked for.'),
});

export const interfacesAnswer = z.object({
  address: z.string(),
  name: z.string(),
  items: z.array(exporterInterface),
});

export const forgottenAnswer = z.object({ address: z.string(), removed: z.literal(true) });

export const collectorAnswer = z.object({
  listeners: z.array(
    z.object({
      address: z.string().describe('Where it listens, such as 0.0.0.0:2055.'),
      error: z.string().nullable().describe('Why it does not receive; null when it does.'),
      asked_buffer: count.describe('Bytes of the receive buffer that were asked for.'),
      granted_buffer: count.describe('Bytes as the system counts them: Linux says twice what it was asked for.'),
      buffer_complete: z.boolean().describe('Whether the system gave all that was asked for.'),
      datagrams: count,
      bytes: count,
      kernel_drops: count.nullable().describe('Thrown away by the kernel; null where the system does not tell.'),
      refused: count.describe('From addresses that are not allowed.'),
      limited: count.describe('Over the rate limit of their sender.'),
      queue_drops: count.describe('Thrown away because decoding did not keep up.'),
    }),
  ),
});
