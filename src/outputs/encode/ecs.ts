import { COLUMNS, type Column, type ColumnName } from '../../model/columns.ts';
import type { Kind } from '../../model/kinds.ts';
import { AttrsReader } from './attrs-reader.ts';
import { plainValue } from './column-values.ts';
import { documentWriter } from './document-writer.ts';
import { attrsFields, ECS_ATTRS } from './ecs-attrs.ts';
import type { EcsContext, EcsParts } from './ecs-context.ts';
import { ECS_FIELDS, ECS_VERSIONS } from './ecs-fields.ts';
import { ECS_SPECIAL } from './ecs-special.ts';
import { cell, type Field } from './json-field.ts';
import { ALL_KINDS, byKind } from './kind-names.ts';
import { documentEncoder, type RowEncoder } from './row-encoder.ts';

/**
 * Documents of the Elastic Common Schema (www.elastic.co/docs/reference/ecs), for Elasticsearch and OpenSearch. Names
 * and order come from the list of columns; a column without an ECS name is `vedette.<path>`, what only one kind has is in
 * `vedette.attrs` and, where ECS knows it, under its name too.
 */
export function ecsEncoder(parts: EcsParts): RowEncoder {
  const attrs = new AttrsReader(ECS_ATTRS);
  const context = { parts, version: ECS_VERSIONS[parts.ecs ?? 8], attrs };
  const write = byKind((kind) => documentWriter(ecsFields(kind, context)));
  return documentEncoder(attrs, write);
}

/** Every path that a document can have, for the lists that they are checked against. */
export function ecsPaths(): string[] {
  const parts = { version: '0', dataStream: { dataset: 'vedette.events', namespace: 'default' } };
  const context = { parts, version: ECS_VERSIONS[8], attrs: new AttrsReader(ECS_ATTRS) };
  return [...new Set(ALL_KINDS.flatMap((kind) => ecsFields(kind, context).map((field) => field.path)))];
}

function ecsFields(kind: Kind, context: EcsContext): Field[] {
  const fields = (COLUMNS as readonly Column[]).flatMap((column) => {
    const special = ECS_SPECIAL[column.name as ColumnName];
    return special ? special(kind, context) : [plainField(column)];
  });
  const [time, ...others] = [...fields, ...attrsFields(kind, context.attrs)];
  // The time first, for people who read the documents.
  const first = fields.find((field) => field.path === '@timestamp') ?? time;
  return [first, ...[time, ...others].filter((field) => field !== first)];
}

/** A column under its ECS name, or ours; a number is written as a string where ECS has a keyword. */
function plainField(column: Column): Field {
  const path = column.ecs ?? `vedette.${column.path}`;
  const isNumber = /^[uf]\d/.test(column.type);
  const asKeyword = isNumber && ECS_FIELDS.get(path) === 'keyword';
  return { path, value: asKeyword ? cell('digits', column.name) : plainValue(column) };
}
