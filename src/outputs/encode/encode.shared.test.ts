import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, type Column } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import { cimPaths } from './cim.ts';
import { ecsPaths } from './ecs.ts';
import { ECS_FIELDS } from './ecs-fields.ts';
import { OCSF_FACTS } from './fixtures/ocsf-facts.ts';
import { type OcsfAttribute, type OcsfSchema, ocsfFaults } from './fixtures/ocsf-validator.ts';
import { anyRow } from './fixtures/rows.ts';

import { ALL_KINDS } from './kind-names.ts';
import { ocsfEncoder, ocsfPaths } from './ocsf.ts';

/** Field lists made by others, for cross-checks only; the tests are skipped where they are not at hand. */
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data/siem');

/** A CSV file with fields in quotes, as records by its head. */
function records(name: string): Readonly<Record<string, string>>[] {
  const lines = readFileSync(join(SHARED, name), 'utf8').trim().split('\n');
  const [head, ...rows] = lines.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
    ),
  );
  return rows.map((cells) => Object.fromEntries(head.map((key, i) => [key.trim(), cells[i] ?? ''])));
}

describe.skipIf(!existsSync(SHARED))('names against the lists of the schemas', () => {
  for (const version of ['v8.17.0', 'v9.4.0'])
    it(`has the fields and types of ECS ${version}`, () => {
      const list = new Map(records(`ecs-${version}-fields.csv`).map(({ field, type }) => [field, type]));
      for (const [name, type] of ECS_FIELDS) expect([name, list.get(name)]).toEqual([name, type]);
      for (const path of ecsPaths()) expect(list.has(path) || path.startsWith('vedette.'), path).toBe(true);
      for (const { ecs } of COLUMNS as readonly Column[]) if (ecs) expect(list.has(ecs), ecs).toBe(true);
    });

  it('writes an array where ECS has one', () => {
    const arrays = new Set(
      records('ecs-v9.4.0-fields.csv').flatMap(({ field, normalization }) =>
        normalization.trim() === 'array' ? [field] : [],
      ),
    );
    const ours = ecsPaths().filter((path) => arrays.has(path));
    expect(ours.sort()).toEqual(
      [
        'event.category',
        'event.type',
        'observer.ip',
        'related.hosts',
        'related.ip',
        'related.user',
        'tags',
        'threat.enrichments',
      ].sort(),
    );
  });
});

interface SubsetAttribute {
  readonly req: string | null;
  readonly type: string;
  readonly array: boolean;
  readonly enum?: Readonly<Record<string, string>>;
}
interface Subset {
  readonly classes: Readonly<
    Record<string, { readonly class_uid: number; readonly attrs: Readonly<Record<string, SubsetAttribute>> }>
  >;
  readonly objects: Readonly<
    Record<
      string,
      {
        readonly attrs: Readonly<Record<string, SubsetAttribute>>;
        readonly extends?: string;
        readonly constraints: { readonly at_least_one?: readonly string[] } | null;
      }
    >
  >;
}

/** What profiles add to Network Activity, named one by one; the subset has the class without them. */
const PROFILES: Readonly<Record<string, readonly string[]>> = {
  host: ['device'],
  osint: ['osint'],
  security_control: ['risk_score', 'risk_level_id', 'risk_details'],
};
/** Enumerations of the base class, whose values each class says anew. */
const BASE_ENUMS = ['class_uid', 'category_uid'];
/** Types of observables and risk that the subset has by their number only. */
const OPEN_ENUMS = ['type_id'];

function attributesOf(attributes: Readonly<Record<string, SubsetAttribute>>): Record<string, OcsfAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { req, type, array, enum: values }]) => {
      const isClosed = values && !BASE_ENUMS.includes(name) && !OPEN_ENUMS.includes(name);
      return [
        name,
        { type, array, required: req === 'required', ...(isClosed ? { values: Object.keys(values) } : {}) },
      ];
    }),
  );
}

/** The subset as a schema: inherited attributes, those of the profiles, and our facts for the objects it lacks. */
function schemaOf({ classes, objects }: Subset): OcsfSchema {
  const inherited = (name: string): Record<string, OcsfAttribute> => {
    const own = objects[name];
    return own ? { ...(own.extends ? inherited(own.extends) : {}), ...attributesOf(own.attrs) } : {};
  };
  const profiled = Object.values(PROFILES).flat();
  const facts = (uid: number) => OCSF_FACTS.classes.get(uid) ?? {};
  return {
    classes: new Map(
      Object.values(classes).map(({ class_uid, attrs }) => [
        class_uid,
        { ...Object.fromEntries(profiled.map((name) => [name, facts(class_uid)[name]])), ...attributesOf(attrs) },
      ]),
    ),
    objects: new Map([
      ...OCSF_FACTS.objects,
      ...Object.keys(objects).map((name) => [name, inherited(name)] as const),
      // `name` of these comes from a base object that the subset leaves out.
      ...(['product'] as const).map((name) => [name, { ...OCSF_FACTS.objects.get(name), ...inherited(name) }] as const),
    ]),
    atLeastOne: new Map(
      Object.entries(objects).flatMap(([name, { constraints }]) =>
        constraints?.at_least_one ? [[name, constraints.at_least_one] as const] : [],
      ),
    ),
  };
}

describe.skipIf(!existsSync(SHARED))('documents against the OCSF subset', () => {
  const subset = (): Subset => JSON.parse(readFileSync(join(SHARED, 'ocsf/ocsf-subset.json'), 'utf8'));

  it('are valid: attributes, types, required ones, enumerations, constraints', () => {
    const schema = schemaOf(subset());
    const encoder = ocsfEncoder({ version: '1.0.0' });
    let checked = 0;
    fc.assert(
      fc.property(anyRow, (row: EventRow) => {
        const document = JSON.parse(encoder.encode(row));
        fc.pre(schema.classes.has(document.class_uid) && typeof row.ts === 'number');
        checked++;
        expect(ocsfFaults(document, schema)).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(checked).toBeGreaterThan(100);
  });

  it('have the types and requirements that our own facts say', () => {
    const { classes, objects } = schemaOf(subset());
    const known = new Map<string, Readonly<Record<string, OcsfAttribute>>>([
      ...objects,
      ...[...classes].map(([uid, attributes]) => [String(uid), attributes] as const),
    ]);
    const facts = [
      ...OCSF_FACTS.objects,
      ...[...OCSF_FACTS.classes].map(([uid, attributes]) => [String(uid), attributes] as const),
    ];
    for (const [name, attributes] of facts)
      for (const [key, { type, array, required }] of Object.entries(attributes)) {
        const theirs = known.get(name);
        if (theirs) expect([name, key, theirs[key]]).toMatchObject([name, key, { type, array, required }]);
      }
  });

  it('use names of the subset in every kind', () => {
    const { classes } = schemaOf(subset());
    for (const kind of ALL_KINDS) {
      const attributes = classes.get(kind === 'notice' ? 2004 : 4001) ?? {};
      // DNS and HTTP Activity are not in the subset.
      const elsewhere = ['query', 'query_time', 'rcode', 'rcode_id', 'http_request', 'http_response'];
      const names = ocsfPaths(kind).map((path) => path.split('.')[0].replace('[]', ''));
      expect(names.filter((name) => !Object.hasOwn(attributes, name) && !elsewhere.includes(name))).toEqual([]);
    }
  });
});

/** Rows of the map that we do otherwise, or that name what our events do not have. */
const OTHERWISE: Readonly<Record<string, string>> = {
  id: 'the id of the store is metadata.uid and `id`; session_id and connection_info.uid are the uid of the sensor',
  missed_bytes: 'stays in vedette.attrs under the name of the sensor',
  tcp_flags: 'the custom field is vedette.tcp.flags',
  conn_state: 'the custom field is vedette.state',
  exporter: 'is observer.name, and observer.ip where it is an address; of what type it is we do not know',
  techniques: 'events have no techniques',
  constants: 'names of the product are ours',
  service: 'app_protocol_name is of OCSF 1.9; we have 1.8',
};

describe.skipIf(!existsSync(SHARED))('names against the map of flow fields', () => {
  const rows = () => records('flow-field-map.csv');

  it('gives the ECS fields', () => {
    const paths = new Set(ecsPaths());
    for (const { ours, ecs_8_9 } of rows()) {
      const names =
        ecs_8_9.match(/(?:@timestamp|\b(?:event|source|destination|network|observer|threat|related)\.[\w.]*\w)/g) ?? [];
      for (const name of names) {
        const isIn = paths.has(name) || [...paths].some((path) => path.startsWith(`${name}.`));
        const optional = [
          'related.hash',
          'threat.framework',
          'threat.technique.id',
          'threat.tactic.id',
          'observer.hostname',
          'observer.type',
        ];
        expect(isIn || optional.includes(name) || ours in OTHERWISE, `${ours}: ${name}`).toBe(true);
      }
    }
  });

  it('gives the CIM fields', () => {
    const paths = new Set(cimPaths());
    for (const { ours, splunk_cim_network_traffic: cell } of rows()) {
      if (/^-?$|\(ES|RBA|HEC time|tag=|\(custom\)|annotations/.test(cell)) continue;
      const names = cell.split(/ \+ /).map((part) => part.trim().split(' ')[0]);
      for (const name of names) expect(paths.has(name) || ours in OTHERWISE, `${ours}: ${name}`).toBe(true);
    }
  });

  it('gives the OCSF fields of connections', () => {
    const paths = new Set(ocsfPaths('conn'));
    const names = rows().flatMap(({ ours, ocsf_4001_1x }) =>
      (ocsf_4001_1x.match(/\b(?:traffic|src_endpoint|dst_endpoint|connection_info)\.[\w.]*\w/g) ?? []).map((name) => [
        ours,
        name,
      ]),
    );
    expect(names.length).toBeGreaterThan(15);
    for (const [ours, name] of names) {
      const isIn = paths.has(name) || [...paths].some((path) => path.startsWith(`${name}.`));
      expect(isIn || ours in OTHERWISE, `${ours}: ${name}`).toBe(true);
    }
  });
});
