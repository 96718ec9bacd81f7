import { type Column, columnAt } from '../columns.ts';
import { protocolName } from '../kinds.ts';
import type { FilterField, FilterNode, FilterValue } from './ast.ts';
import { fieldPath } from './fields.ts';
import { formatTime } from './time.ts';

/** The filter in its canonical spelling; `parseFilter` of it gives the same filter again. */
export function printFilter(node: FilterNode): string {
  switch (node.op) {
    case 'and':
    case 'or':
      return node.nodes
        .map((inner) => (inner.op === 'or' ? `(${printFilter(inner)})` : printFilter(inner)))
        .join(` ${node.op} `);
    case 'not':
      return node.node.op === 'and' || node.node.op === 'or'
        ? `not (${printFilter(node.node)})`
        : `not ${printFilter(node.node)}`;
    case 'exists':
      return `${fieldPath(node.field)} exists`;
    case 'in':
      return `${fieldPath(node.field)} in (${node.values.map((value) => printValue(node.field, value)).join(', ')})`;
    case 'matches':
      return `${fieldPath(node.field)} ~ ${quote(node.value)}`;
    case 'contains':
    case 'startswith':
    case 'endswith':
      return `${fieldPath(node.field)} ${node.op} ${quote(node.value)}`;
    default:
      return `${fieldPath(node.field)} ${node.op} ${printValue(node.field, node.value)}`;
  }
}

function printValue(field: FilterField, value: FilterValue): string {
  if (value.type === 'text') return quote(value.text);
  if (value.type === 'id' || value.type === 'network') return value.text;
  return field.attr === undefined ? printNumber(field.column, value.number) : String(value.number);
}

function printNumber(column: Column, number: number): string {
  if (column.type === 'time') return formatTime(number);
  if (column.name === 'proto') return protocolName(number);
  return (column.type === 'enum' && enumWord(column, number)) || String(number);
}

/** The word of an enum's code; undefined for a code that is none of its. */
export function enumWord(column: Column, code: number): string | undefined {
  for (const [word, value] of Object.entries(column.values ?? {})) if (value === code) return word;
  return undefined;
}

/** Bare where it is one plain word that means nothing else, else in double quotes. */
function quote(text: string): string {
  if (/^[a-z_][\w.-]*$/i.test(text) && !text.includes('..') && columnAt(text) === undefined && !RESERVED.test(text))
    return text;
  const escaped = text.replace(/[\\"\n\r\t]/g, (character) => NAMES[character]);
  return `"${escaped}"`;
}

const RESERVED = /^(and|or|not|in|contains|startswith|endswith|matches|exists)$/i;
const NAMES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
