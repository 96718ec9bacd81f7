import type { Column } from '../../model/columns.ts';
import type { FilterField, FilterNode, FilterValue } from '../../model/filter/ast.ts';
import type { Params } from './statement.ts';

/**
 * A filter as an SQL condition that is never NULL. Column names come from the list of columns, everything else travels
 * as a parameter. Comparisons on an `attrs` key that an event does not have are false, and so is `exists`.
 */
export function filterSql(node: FilterNode, params: Params): string {
  switch (node.op) {
    case 'and':
      return junction(node.nodes, ' AND ', '1', params);
    case 'or':
      return junction(node.nodes, ' OR ', '0', params);
    case 'not':
      return `NOT (${filterSql(node.node, params)})`;
    case 'in':
      return node.values.length === 0
        ? '0'
        : `(${node.values.map((value) => compare('=', node.field, value, params)).join(' OR ')})`;
    case 'contains':
    case 'startswith':
    case 'endswith':
    case 'matches':
      return textTest(node.op, node.field, params.text(node.value), params);
    case 'exists':
      return exists(node.field, params);
    default:
      return compare(node.op, node.field, node.value, params);
  }
}

function junction(nodes: readonly FilterNode[], word: string, empty: string, params: Params): string {
  return nodes.length === 0 ? empty : `(${nodes.map((node) => filterSql(node, params)).join(word)})`;
}

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

function compare(op: Comparison, field: FilterField, value: FilterValue, params: Params): string {
  if (op === '!=') return `NOT (${compare('=', field, value, params)})`;
  const { column, attr } = field;
  if (attr !== undefined) {
    if (value.type !== 'number') return `(${attrText(attr, params)} ${op} ${params.text(value.text)})`;
    return `ifNull(${attrNumber(attr, params)} ${op} ${params.number(value.number)}, 0)`;
  }
  if (value.type === 'network') return compareNetwork(op, column, value, params);
  if (value.type === 'id') return `(\`${column.name}\` ${op} ${params.add('UInt64', value.text)})`;
  if (value.type === 'number') return `(${numberOf(column)} ${op} ${operandOf(column, value.number, params)})`;
  if (column.type === 'set' && op === '=') return `has(${elements(column)}, ${params.text(value.text)})`;
  return `(${textOf(field, params)} ${op} ${params.text(value.text)})`;
}

function numberOf(column: Column): string {
  return column.type === 'enum' ? `toInt8(\`${column.name}\`)` : `\`${column.name}\``;
}

function operandOf(column: Column, value: number, params: Params): string {
  return column.type === 'time' ? params.time(value) : params.number(value);
}

type NetworkValue = Extract<FilterValue, { type: 'network' }>;

/** A network is the range of its addresses: below it, at most in it, in it, at least in it, above it. */
function compareNetwork(op: Exclude<Comparison, '!='>, column: Column, network: NetworkValue, params: Params): string {
  const low = () => `toIPv6(${params.text(fullAddress(network.bytes, network.prefix, 0))})`;
  const high = () => `toIPv6(${params.text(fullAddress(network.bytes, network.prefix, 1))})`;
  const name = `\`${column.name}\``;
  if (op === '<') return `(${name} < ${low()})`;
  if (op === '<=') return `(${name} <= ${high()})`;
  if (op === '>') return `(${name} > ${high()})`;
  if (op === '>=') return `(${name} >= ${low()})`;
  if (network.prefix === 128) return `(${name} = ${low()})`;
  return `(${name} >= ${low()} AND ${name} <= ${high()})`;
}

/** The first (`fill` 0) or last (1) address of a network, all eight groups written out. */
function fullAddress(bytes: Uint8Array, prefix: number, fill: 0 | 1): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((octet(i) << 8) | octet(i + 1)).toString(16));
  return groups.join(':');

  function octet(at: number): number {
    const host = 0xff >> Math.min(8, Math.max(0, prefix - at * 8));
    return fill === 1 ? bytes[at] | host : bytes[at] & ~host;
  }
}

const elements = (column: Column) => `splitByChar(',', \`${column.name}\`)`;

/** The value as people see it, for comparisons of text. */
function textOf(field: FilterField, params: Params): string {
  if (field.attr !== undefined) return attrText(field.attr, params);
  const name = `\`${field.column.name}\``;
  switch (field.column.type) {
    case 'dict':
    case 'set':
    case 'text':
    case 'json':
      return name;
    case 'ip':
      return `if(${name} = toIPv6('::'), '', replaceOne(toString(${name}), '::ffff:', ''))`;
    default:
      return `toString(${name})`;
  }
}

type TextTest = 'contains' | 'startswith' | 'endswith' | 'matches';

function textTest(op: TextTest, field: FilterField, value: string, params: Params): string {
  if (field.column.type === 'set') return `arrayExists(x -> ${applyTest(op, 'x', value)}, ${elements(field.column)})`;
  return applyTest(op, textOf(field, params), value);
}

function applyTest(op: TextTest, text: string, value: string): string {
  switch (op) {
    case 'contains':
      return `(positionCaseInsensitiveUTF8(${text}, ${value}) > 0)`;
    case 'startswith':
      return `startsWith(lowerUTF8(${text}), lowerUTF8(${value}))`;
    case 'endswith':
      return `endsWith(lowerUTF8(${text}), lowerUTF8(${value}))`;
    case 'matches':
      return `match(${text}, ${value})`;
  }
}

function exists(field: FilterField, params: Params): string {
  if (field.attr !== undefined) return `(${attrText(field.attr, params)} NOT IN ('', 'null', '0', '[]', '{}'))`;
  const name = `\`${field.column.name}\``;
  switch (field.column.type) {
    case 'ip':
      return `(${name} != toIPv6('::'))`;
    case 'dict':
    case 'set':
    case 'text':
    case 'json':
      return `(${name} != '')`;
    // A coordinate may be zero, so only NaN is unknown there.
    case 'f32':
      return `(NOT isNaN(${name}))`;
    case 'f64':
      return `(${name} != 0 AND NOT isNaN(${name}))`;
    case 'enum':
      return `(toInt8(${name}) != 0)`;
    case 'time':
      return `(toUnixTimestamp64Micro(${name}) != 0)`;
    default:
      return `(${name} != 0)`;
  }
}

/** A key with dots may be one name (Zeek's `id.orig_h`) or a path into nested objects; the name wins. */
function attrValue(attr: string, type: string, params: Params): string {
  const flat = params.text(attr);
  const direct = `JSONExtract(attrs, ${flat}, '${type}')`;
  if (!attr.includes('.')) return direct;
  const path = attr.split('.').map((key) => params.text(key));
  return `if(JSONHas(attrs, ${flat}), ${direct}, JSONExtract(attrs, ${path.join(', ')}, '${type}'))`;
}

const attrText = (attr: string, params: Params) => attrValue(attr, 'String', params);
const attrNumber = (attr: string, params: Params) => attrValue(attr, 'Nullable(Float64)', params);
