import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecsEncoder } from './ecs.ts';
import { ECS_FIELDS } from './ecs-fields.ts';
import { ecsTemplate, fieldTypes } from './ecs-template.ts';
import { anyRow, CONNECTION } from './fixtures/rows.ts';

type Mappings = Record<string, { type?: string; properties?: Mappings; [option: string]: unknown }>;
interface Template {
  readonly index_patterns: readonly string[];
  readonly data_stream: object;
  readonly template: { readonly lifecycle?: object; readonly mappings: { readonly properties: Mappings } };
}

const template = (options?: Parameters<typeof ecsTemplate>[0]) =>
  JSON.parse(JSON.stringify(ecsTemplate(options))) as Template;

/** Type of every leaf, with what is below `flattened` left aside. */
function leaves(mappings: Mappings, prefix = ''): [string, string | undefined][] {
  return Object.entries(mappings).flatMap(([key, { type, properties }]): [string, string | undefined][] => [
    ...(type === undefined ? [] : [[prefix + key, type] as [string, string]]),
    ...(properties ? leaves(properties, `${prefix}${key}.`) : []),
  ]);
}

/** Paths of all values in a document. */
function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => paths(one, path));
  if (typeof value !== 'object' || value === null) return [path];
  if (path === 'vedette.attrs' || path.endsWith('geo.location')) return [path];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, path === '' ? key : `${path}.${key}`));
}

describe('the index template', () => {
  it('maps every value that a document has', () => {
    const mapped = new Map(leaves(template().template.mappings.properties));
    const encoder = ecsEncoder({ version: '1', dataStream: { dataset: 'vedette.events', namespace: 'default' } });
    expect(paths(JSON.parse(encoder.encode(CONNECTION))).length).toBeGreaterThan(60);
    fc.assert(
      fc.property(anyRow, (row) => {
        const missing = paths(JSON.parse(encoder.encode(row))).filter((path) => !mapped.has(path));
        expect(missing).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('gives the types of the list', () => {
    const mapped = new Map(leaves(template().template.mappings.properties));
    for (const [path, type] of fieldTypes()) {
      if (type !== 'object') expect(mapped.get(path), path).toBe(type);
      if (!path.startsWith('vedette.')) expect(ECS_FIELDS.get(path)).toBe(type);
    }
    expect(mapped.get('vedette.attrs')).toBe('flattened');
    expect(mapped.get('vedette.next_hop')).toBe('ip');
    expect(mapped.get('vedette.tcp.flags')).toBe('long');
  });

  it('is for data streams of the name that is asked for, kept as long as is said', () => {
    expect(template()).toMatchObject({ index_patterns: ['logs-vedette.events-*'], data_stream: {}, priority: 200 });
    expect(template().template.lifecycle).toBeUndefined();
    expect(template({ patterns: ['telemetry-*'], retention: '30d' })).toMatchObject({
      index_patterns: ['telemetry-*'],
      template: { lifecycle: { data_retention: '30d' } },
    });
  });

  it('has types that OpenSearch knows, where it is for that', () => {
    const { template: inner } = template({ engine: 'opensearch', retention: '30d' });
    const types = new Map(leaves(inner.mappings.properties));
    expect(types.get('vedette.attrs')).toBe('flat_object');
    expect([...types.values()].filter((type) => /wildcard|constant_keyword|flattened/.test(type ?? ''))).toEqual([]);
    expect(inner.lifecycle).toBeUndefined();
  });
});
