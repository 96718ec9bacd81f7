import type { Output, OutputFigures, OutputLetter, OutputTypes } from '../src/pages/outputs/types.ts';

export const AT = '2026-11-20T12:00:00.000000Z';

type OutputPatch = Omit<Partial<Output>, 'status'> & { status?: Partial<OutputFigures> };

/** An output that is well. */
export function outputOf({ status = {}, ...patch }: OutputPatch = {}): Output {
  return {
    name: 'splunk',
    type: 'splunk-hec',
    origin: 'api',
    paused: false,
    filter: '',
    config: { hec_url: 'https://splunk.example:8088', token: '********', index: 'telemetry', gzip: true },
    created_at: AT,
    updated_at: AT,
    ...patch,
    status: {
      state: 'running',
      endpoint: 'https://splunk.example:8088/services/collector/event',
      bookmark: '7000',
      bookmark_time: AT,
      lag: { events: 0, seconds: 0 },
      sent: 1_234_567,
      bytes: 98_000_000,
      retried: 12,
      duplicates: 3,
      dead: 2,
      lost: 0,
      dead_letters: 2,
      rates: { events_per_second: 1250, bytes_per_second: 90_000 },
      concurrency: 2,
      circuit: 'closed',
      retry_at: null,
      last_error: null,
      last_success: AT,
      latency: { p50_ms: 12, p99_ms: 80 },
      ...status,
    },
  };
}

export const TYPES: OutputTypes = {
  types: {
    'splunk-hec': {
      required: ['hec_url', 'token'],
      properties: {
        hec_url: { type: 'string', description: 'The collector.' },
        token: { type: 'string', maxLength: 1000, description: 'Token of the collector.', writeOnly: true },
        index: { type: 'string', default: 'telemetry', description: 'Index of the events.' },
        naming: { type: 'string', enum: ['cim', 'vedette'], default: 'cim', description: 'Field names.' },
        batch_size: { type: 'integer', minimum: 1, maximum: 10_000, default: 500, description: 'Events of a request.' },
        gzip: { type: 'boolean', default: true, description: 'Compresses the requests.' },
      },
    },
    webhook: {
      required: ['url'],
      properties: {
        url: { type: 'string', description: 'Where to.' },
        secret: { type: 'string', description: 'Key of the signature.', writeOnly: true },
      },
    },
  },
};

export function letterOf(patch: Partial<OutputLetter> = {}): OutputLetter {
  return {
    id: '0199aaaa-0000-7000-8000-000000000001',
    output: 'splunk',
    event_id: '6990',
    code: 'HEC_6',
    reason: 'Invalid data format.',
    attempts: 1,
    first_at: AT,
    last_at: AT,
    preview: '{"time":1',
    ...patch,
  };
}
