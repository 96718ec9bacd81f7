import { DictColumn, type EventBatch, IpColumn, TextColumn } from '../batch.ts';
import type { Column, ColumnName } from '../columns.ts';
import type { Dictionary } from '../dictionary.ts';
import type { FilterField, FilterNode, FilterValue } from './ast.ts';
import { attrExists, attrPart, attrTest, compareBytes, holds } from './attr-test.ts';
import { anyMember, equalsText, partTest, type TextTest } from './text-test.ts';

/** Whether row `row` of `batch` passes. Allocates nothing per row (except: parts of text with letters beyond ASCII). */
export type Predicate = (batch: EventBatch, row: number) => boolean;

type Order = '=' | '!=' | '<' | '<=' | '>' | '>=';
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** Compiles a checked filter for rules and other work on batches that are not stored yet. */
export function compilePredicate(node: FilterNode): Predicate {
  switch (node.op) {
    case 'and':
      return all(node.nodes.map(compilePredicate));
    case 'or':
      return any(node.nodes.map(compilePredicate));
    case 'not': {
      const inner = compilePredicate(node.node);
      return (batch, row) => !inner(batch, row);
    }
    case 'in':
      return any(node.values.map((value) => compareField(node.field, '=', value)));
    case 'exists':
      return exists(node.field);
    case 'contains':
    case 'startswith':
    case 'endswith':
    case 'matches':
      return node.field.attr === undefined
        ? onText(node.field.column, ofMembers(node.field.column, partTest(node.op, node.value)))
        : attrPart(node.field.attr, partTest(node.op, node.value));
    default:
      return compareField(node.field, node.op, node.value);
  }
}

function all(parts: readonly Predicate[]): Predicate {
  return (batch, row) => {
    for (let i = 0; i < parts.length; i++) if (!parts[i](batch, row)) return false;
    return true;
  };
}

function any(parts: readonly Predicate[]): Predicate {
  return (batch, row) => {
    for (let i = 0; i < parts.length; i++) if (parts[i](batch, row)) return true;
    return false;
  };
}

function compareField(field: FilterField, op: Order, value: FilterValue): Predicate {
  if (field.attr !== undefined) return attrTest(field.attr, op, value);
  if (op === '!=') {
    const same = compareField(field, '=', value);
    return (batch, row) => !same(batch, row);
  }
  const { column } = field;
  switch (value.type) {
    case 'id':
      return compareId(op, BigInt(value.text));
    case 'network':
      return inNetwork(column, value.bytes, value.prefix);
    case 'text':
      return compareText(column, op, value.text);
    case 'number':
      return compareNumber(column, op, value.number);
  }
}

/** Ids do not fit a double; they are made from the first id of the batch, once per row asked. */
function compareId(op: Order, id: bigint): Predicate {
  return (batch, row) => {
    const own = batch.firstId + BigInt(row) * batch.idStep;
    return holds(op, own < id ? -1 : own > id ? 1 : 0);
  };
}

function numbersOf(batch: EventBatch, name: string): Numbers {
  return batch.columns[name as Exclude<ColumnName, 'id'>] as unknown as Numbers;
}

/** NaN, "not known", is neither equal, nor below, nor above. */
function compareNumber({ name }: Column, op: Order, wanted: number): Predicate {
  switch (op) {
    case '<':
      return (batch, row) => numbersOf(batch, name)[row] < wanted;
    case '<=':
      return (batch, row) => numbersOf(batch, name)[row] <= wanted;
    case '>':
      return (batch, row) => numbersOf(batch, name)[row] > wanted;
    case '>=':
      return (batch, row) => numbersOf(batch, name)[row] >= wanted;
    default:
      return (batch, row) => numbersOf(batch, name)[row] === wanted;
  }
}

function inNetwork({ name }: Column, bytes: Uint8Array, prefix: number): Predicate {
  const whole = prefix >> 3;
  const mask = (0xff00 >> (prefix & 7)) & 0xff;
  return (batch, row) => {
    const column = batch.columns[name as Exclude<ColumnName, 'id'>];
    if (!(column instanceof IpColumn) || column.family[row] === 0) return false;
    const at = row * 16;
    for (let i = 0; i < whole; i++) if (column.bytes[at + i] !== bytes[i]) return false;
    return mask === 0 || (column.bytes[at + whole] & mask) === bytes[whole];
  };
}

function compareText(column: Column, op: Order, text: string): Predicate {
  if (op === '=') return onText(column, ofMembers(column, equalsText(text)));
  const wanted = new TextEncoder().encode(text);
  return onText(column, (bytes, start, end) => holds(op, compareBytes(bytes, start, end, wanted)));
}

/** A set is asked member by member. */
function ofMembers(column: Column, test: TextTest): TextTest {
  return column.type === 'set' ? anyMember(test) : test;
}

function onText({ name, type }: Column, test: TextTest): Predicate {
  if (type === 'dict' || type === 'set') return onDictionary(name, test);
  return (batch, row) => {
    const column = batch.columns[name as Exclude<ColumnName, 'id'>];
    if (!(column instanceof TextColumn)) return false;
    return column.isEmpty(row)
      ? test(column.bytes, 0, 0)
      : test(column.bytes, column.offsets[row], column.offsets[row + 1]);
  };
}

/** Asks once per distinct string: the answers are remembered by code as long as the dictionary is the same. */
function onDictionary(name: string, test: TextTest): Predicate {
  const encoder = new TextEncoder();
  let known: Dictionary | undefined;
  let answers = new Uint8Array(256);
  return (batch, row) => {
    const column = batch.columns[name as Exclude<ColumnName, 'id'>];
    if (!(column instanceof DictColumn)) return false;
    const { dictionary } = column;
    const code = column.codes[row];
    if (dictionary !== known) {
      known = dictionary;
      answers.fill(0);
    }
    if (code >= answers.length) {
      const larger = new Uint8Array(Math.max(code + 1, answers.length * 2));
      larger.set(answers);
      answers = larger;
    }
    if (answers[code] === 0) {
      const bytes = encoder.encode(dictionary.strings[code]);
      answers[code] = test(bytes, 0, bytes.length) ? 1 : 2;
    }
    return answers[code] === 1;
  };
}

function exists(field: FilterField): Predicate {
  if (field.attr !== undefined) return attrExists(field.attr);
  const { name, type } = field.column;
  const column = (batch: EventBatch) => batch.columns[name as Exclude<ColumnName, 'id'>];
  switch (type) {
    case 'id':
      return () => true;
    case 'ip':
      return (batch, row) => (column(batch) as unknown as IpColumn).family[row] !== 0;
    case 'dict':
    case 'set':
      return (batch, row) => (column(batch) as unknown as DictColumn).codes[row] !== 0;
    case 'text':
    case 'json':
      return (batch, row) => !(column(batch) as unknown as TextColumn).isEmpty(row);
    case 'f32':
      return (batch, row) => !Number.isNaN(numbersOf(batch, name)[row]);
    default:
      return (batch, row) => numbersOf(batch, name)[row] > 0;
  }
}
