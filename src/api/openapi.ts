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
  ['dead letters', 'Records that could not be taken.'],
  ['keys', 'API keys and the audit log.'],
  ['system', 'Health, version, metrics, settings.'],
] as const;

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
          key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
      security: [{ bearer: [] }, { key: [] }],
    },
    transform: jsonSchemaTransform,
  });
  app.register(swaggerUi, {
    routePrefix: '/docs',
    logLevel: 'silent',
    uiConfig: { docExpansion: 'list', persistAuthorization: false, displayRequestDuration: true },
  });
}
