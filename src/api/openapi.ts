import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { ALIASES } from './aliases.ts';
import type { App } from './context.ts';
import type { ApiOptions } from './options.ts';

const TAGS = [
  ['ingest', 'Bringing events in.'],
  ['events', 'Reading and downloading events.'],
  ['query', 'Figures over many events.'],
  ['intel', 'Look-ups and local indicators.'],
  ['exporters', 'Devices that send flows, and the sockets they send to.'],
  ['traffic', 'Captures and live traffic: windows, anomalies, baselines.'],
  ['outputs', 'Where events are delivered to, and what was refused there.'],
  ['dead letters', 'Records that could not be taken.'],
  ['keys', 'API keys and the audit log.'],
  ['system', 'Health, version, metrics, settings.'],
] as const;

const KEYS: readonly Record<string, string[]>[] = [{ bearer: [] }, { key: [] }];

/** What ingest takes; its bodies are read by hand, so there is no schema that checks them. */
const INGEST_BODY = {
  content: {
    'application/json': {
      schema: {
        description: 'An array of records, an object with `records`, or one record; the records as in /v1/schema.',
        anyOf: [
          { type: 'array', items: { type: 'object' } },
          {
            type: 'object',
            properties: {
              records: { type: 'array', items: { type: 'object' } },
              collector_id: { type: 'string' },
              format: { type: 'string' },
              type: { type: 'string' },
            },
          },
        ],
      },
    },
    'application/x-ndjson': { schema: { type: 'string', description: 'A record a line.' } },
  },
};

/** The schemas of a route as JSON Schema, with its name, who may use it, and the body of ingest. */
const describeRoute: typeof jsonSchemaTransform = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const { method, config } = document.route;
  if (!schema || schema.hide) return { schema, url };
  const words = `${String(method).toLowerCase()} ${url.replace('/v1/', '')}`.split(/[^a-z]+/).filter(Boolean);
  const extras = {
    operationId: words.map((word, i) => (i === 0 ? word : word[0].toUpperCase() + word.slice(1))).join(''),
    ...(config?.access === 'open' && { security: [] }),
    ...(config?.basic && { security: [...KEYS, { basic: [] }] }),
    ...(config?.limit === 'ingest' && { body: INGEST_BODY }),
  };
  return { schema: { ...schema, ...extras }, url };
};

/** OpenAPI 3.1 of all routes, made from the schemas that check them, and the console at /docs. */
export function registerOpenApi(app: App, options: ApiOptions): void {
  const aliases = Object.entries(ALIASES).map(([alias, path]) => `\`${alias}\` → \`${path}\``);
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vedette',
        version: options.build.version,
        description: `Errors have the form \`{error, detail, code, timestamp, request_id}\`. Older paths: ${aliases.join(', ')}.`,
      },
      tags: TAGS.map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          basic: { type: 'http', scheme: 'basic', description: 'For /v1/metrics only.' },
          key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
      security: [...KEYS],
    },
    transform: describeRoute,
  });
  if (!options.docs) return;
  app.register(swaggerUi, {
    routePrefix: '/docs',
    logLevel: 'silent',
    uiConfig: { docExpansion: 'list', persistAuthorization: false, displayRequestDuration: true },
  });
}
