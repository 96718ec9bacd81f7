import type { FieldInfo } from '../api/types.ts';

/** What can be written at the cursor. */
export type Expecting =
  | { what: 'field' }
  | { what: 'operator'; field: string }
  | { what: 'value'; field: string }
  | { what: 'connective' };

export interface Place {
  readonly expecting: Expecting;
  /** The word being typed, and where it begins and ends: a completion replaces it. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

export interface Completion {
  readonly text: string;
  readonly hint: string;
  /** What is inserted, with the blank after it. */
  readonly insert: string;
}

const TOKEN = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|==|!=|<=|>=|&&|\|\||[=<>~!(),]|[^\s=<>~!(),"'&|]+/g;

/** Reads the filter up to the cursor and says what may come there. It never fails: a half filter is the normal case. */
export function placeAt(text: string, cursor: number): Place {
  const before = text.slice(0, cursor);
  const tokens = [...before.matchAll(TOKEN)].map((match) => ({ text: match[0], at: match.index }));
  const last = tokens.at(-1);
  const touching = last && last.at + last.text.length === cursor && !/^[=<>~!(),]|&&|\|\|/.test(last.text);
  const done = touching ? tokens.slice(0, -1) : tokens;
  const start = touching ? last.at : cursor;
  const rest = /^[^\s=<>~!(),"'&|]*/.exec(text.slice(cursor))?.[0] ?? '';
  return {
    expecting: expectAfter(done.map((t) => t.text)),
    word: text.slice(start, cursor),
    start,
    end: cursor + rest.length,
  };
}

/** A little machine over whole tokens: field → operator → value → connective. */
function expectAfter(tokens: readonly string[]): Expecting {
  let state: Expecting = { what: 'field' };
  let list: string | null = null;
  for (const token of tokens) {
    const word = token.toLowerCase();
    if (list !== null) {
      if (word === ')') {
        list = null;
        state = { what: 'connective' };
      }
      continue;
    }
    if (state.what === 'field') {
      if (word !== '(' && word !== 'not' && word !== '!') state = { what: 'operator', field: token };
    } else if (state.what === 'operator') {
      if (word === 'exists') state = { what: 'connective' };
      else if (word !== 'not') state = { what: 'value', field: state.field };
    } else if (state.what === 'value') {
      if (word === '(') list = state.field;
      else state = { what: 'connective' };
    } else if (/^(and|or|&&|\|\|)$/.test(word)) state = { what: 'field' };
  }
  return list === null ? state : { what: 'value', field: list };
}

const SHORT_FIELDS: readonly FieldInfo[] = [
  { path: 'ip', name: 'ip', type: 'ip', doc: 'Source or destination address.' },
  { path: 'port', name: 'port', type: 'u16', doc: 'Source or destination port.' },
  { path: 'country', name: 'country', type: 'dict', doc: 'Source or destination country.' },
  { path: 'asn', name: 'asn', type: 'u32', doc: 'Source or destination autonomous system.' },
];

export function fieldNamed(fields: readonly FieldInfo[], name: string): FieldInfo | undefined {
  const wanted = name.toLowerCase();
  return (
    fields.find((field) => field.path === wanted || field.name === wanted || field.aliases?.includes(wanted)) ??
    SHORT_FIELDS.find((field) => field.path === wanted)
  );
}

/** Operators that make sense for a type, the usual one first. */
export function operatorsFor(type: string | undefined): { text: string; hint: string }[] {
  const equal = { text: '=', hint: 'is' };
  const unequal = { text: '!=', hint: 'is not' };
  const list = { text: 'in', hint: 'one of a list: in (a, b)' };
  const exists = { text: 'exists', hint: 'has a value' };
  const order = [
    { text: '>=', hint: 'at least' },
    { text: '<=', hint: 'at most' },
    { text: '>', hint: 'more than' },
    { text: '<', hint: 'less than' },
  ];
  const parts = [
    { text: 'contains', hint: 'has this in it' },
    { text: 'startswith', hint: 'begins with' },
    { text: 'endswith', hint: 'ends with' },
    { text: '~', hint: 'regular expression (RE2)' },
  ];
  switch (type) {
    case 'ip':
      return [{ text: '=', hint: 'is, or is in a network: 10.0.0.0/8' }, unequal, list, exists];
    case 'enum':
      return [equal, unequal, list, exists];
    case 'id':
    case 'time':
      return [...order, equal, unequal];
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
    case 'f32':
    case 'f64':
      return [equal, ...order, unequal, list, exists];
    case 'json':
      return [...parts, exists];
    default:
      return [equal, unequal, ...parts, list, exists];
  }
}

/** At most `limit` things to write at this place. `values` are the most frequent ones of the field, from the store. */
export function complete(
  place: Place,
  fields: readonly FieldInfo[],
  values: readonly string[] = [],
  limit = 12,
): Completion[] {
  const { expecting, word } = place;
  const typed = word.toLowerCase();
  if (expecting.what === 'connective') {
    return ['and', 'or'].filter((w) => w.startsWith(typed) && w !== typed).map((w) => plain(w, 'another condition'));
  }
  if (expecting.what === 'operator') {
    const type = fieldNamed(fields, expecting.field)?.type;
    return operatorsFor(type)
      .filter((operator) => operator.text.startsWith(typed) && operator.text !== typed)
      .map((operator) => plain(operator.text, operator.hint));
  }
  if (expecting.what === 'value') {
    const known = fieldNamed(fields, expecting.field)?.values ?? values;
    const bare = typed.replace(/^["']/, '');
    return known
      .filter((value) => value.toLowerCase().includes(bare) && value.toLowerCase() !== bare)
      .slice(0, limit)
      .map((value) => plain(value, expecting.field));
  }
  return rankFields(fields, typed, limit);
}

function plain(text: string, hint: string): Completion {
  return { text, hint, insert: `${text} ` };
}

/** Paths that begin with the word, then those of which a part does, then those that have it anywhere or in an alias. */
function rankFields(fields: readonly FieldInfo[], typed: string, limit: number): Completion[] {
  const ranked: { field: FieldInfo; rank: number }[] = [];
  for (const field of [...SHORT_FIELDS, ...fields]) {
    if (field.path === typed) continue;
    const names = [field.name, ...(field.aliases ?? [])];
    let rank = -1;
    if (field.path.startsWith(typed)) rank = 0;
    else if (field.path.split('.').some((part) => part.startsWith(typed))) rank = 1;
    else if (names.some((name) => name.startsWith(typed))) rank = 2;
    else if (field.path.includes(typed)) rank = 3;
    if (rank >= 0) ranked.push({ field, rank });
  }
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ field }) => plain(field.path, field.doc));
}
