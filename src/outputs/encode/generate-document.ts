import type { EventRow } from '../../model/event-row.ts';
import { type Branch, isBranch, type Member } from './document-tree.ts';
import { isoTimes } from './iso-times.ts';
import type { ColumnForm, ColumnValue, Guards, Write } from './json-field.ts';
import { isPlain } from './json-text.ts';
import { numberText } from './number-text.ts';
import { asNumber } from './row-values.ts';

/**
 * Makes the tree of a document into one JavaScript function: the text of keys, brackets and constants stands in it, and
 * columns are read by their names, half as fast again as walking over the tree. Its source is made of our own names of
 * fields and columns; nothing of an event or a setting is ever part of it but constants, as JSON.
 * @throws EvalError where the process may not make code from strings.
 */
export function generateDocument(root: Branch, guards: Guards): Write {
  const source = new Source(guards);
  const body = source.text(root);
  const make = new Function('isPlain', 'numberText', 'calls', body) as (
    plain: typeof isPlain,
    digits: typeof numberText,
    calls: readonly Call[],
  ) => Write;
  return make(isPlain, numberText, source.calls);
}

type Call = (row: EventRow) => string | boolean;

/** An object in the making: whether it was begun is known when the code is made, or a variable says so. */
interface Open {
  /** Text that begins it, without a comma: `"source":{`. */
  readonly begin: string;
  readonly variable: string;
  readonly outer: Open | undefined;
  /** Something was surely written into it. */
  begun: boolean;
}

const TEXT = "typeof v==='string'&&v!==''";
const NUMBER = "typeof v==='number'&&v-v===0";
const ICMP = '(row.proto===1||row.proto===58)';

interface FormCode {
  /** Whether `v` is written. */
  readonly test: string;
  /** Text around it. */
  readonly open?: string;
  readonly close?: string;
  /** What is written of `v`, where that is not itself. */
  readonly value?: string;
  /** Whether it may need escapes, in which case the quotes around it are those of JSON.stringify. */
  readonly escapes?: boolean;
}

const FORMS: Readonly<Record<ColumnForm, FormCode>> = {
  text: { test: TEXT, open: '"', close: '"', escapes: true },
  plain: { test: TEXT, open: '"', close: '"' },
  word: { test: `${TEXT}&&v!=='unknown'&&v!=='none'`, open: '"', close: '"' },
  list: { test: TEXT, open: '["', close: '"]', escapes: true },
  number: { test: `${NUMBER}&&v!==0`, value: 'numberText(v)' },
  anyNumber: { test: NUMBER, value: 'numberText(v)' },
  digits: { test: `${NUMBER}&&v!==0`, open: '"', close: '"', value: 'numberText(v)' },
  port: { test: `${NUMBER}&&v!==0&&!${ICMP}`, value: 'numberText(v)' },
  icmp: { test: `${NUMBER}&&${ICMP}`, value: 'numberText(v)' },
  time: { test: "v!==''", open: '"', close: '"' },
};

class Source {
  /** What the code calls, by number. */
  readonly calls: Call[] = [];
  readonly #guards: Guards;
  #code = '';
  #objects = 0;

  constructor(guards: Guards) {
    this.#guards = guards;
  }

  text(root: Branch): string {
    this.#members(root, { begin: '{', variable: this.#newVariable(), outer: undefined, begun: false });
    const calls = this.calls.map((_, i) => `const c${i}=calls[${i}];`).join('');
    const begun = Array.from({ length: this.#objects }, (_, i) => `b${i}=false`).join(',');
    return `${calls}return function(row){let out='',v;let ${begun};${this.#code}return out===''?'{}':out;}`;
  }

  #members({ members }: Branch, open: Open): void {
    let constant = '';
    for (const { key, inArray, value } of members) {
      const name = `${JSON.stringify(key)}:`;
      const fixed = this.#constantOf(value);
      if (fixed !== undefined) {
        constant += `${constant === '' ? '' : ','}${name}${inArray ? `[${fixed}]` : fixed}`;
        continue;
      }
      this.#constant(constant, open);
      constant = '';
      if (isBranch(value)) this.#object(value, open, name, inArray);
      else if (typeof value === 'function') this.#call(value, open, name);
      else if (typeof value === 'object') this.#column(value, open, name);
    }
    this.#constant(constant, open);
    this.#code += open.begun ? "out+='}';" : `if(${open.variable})out+='}';`;
  }

  /** The text of a value that is the same in every document, of an object too. */
  #constantOf(value: Member['value']): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || !isBranch(value) || this.#guards.has(value.path)) return undefined;
    const members = value.members.map(({ key, inArray, value: inner }) => {
      const fixed = this.#constantOf(inner);
      return fixed === undefined ? undefined : `${JSON.stringify(key)}:${inArray ? `[${fixed}]` : fixed}`;
    });
    return members.includes(undefined) ? undefined : `{${members.join(',')}}`;
  }

  #constant(members: string, open: Open): void {
    if (members === '') return;
    this.#code += `out=out+${this.#prefix(open, members)};`;
    this.#begin(open);
  }

  /** From here on it is certain that something was written into the object, and so into those around it. */
  #begin(open: Open): void {
    for (let at: Open | undefined = open; at && !at.begun; at = at.outer) at.begun = true;
  }

  #object(branch: Branch, outer: Open, name: string, inArray: boolean): void {
    const open: Open = { begin: `${name}${inArray ? '[' : ''}{`, variable: this.#newVariable(), outer, begun: false };
    const guard = this.#guards.get(branch.path);
    if (guard) this.#code += `if(${this.#called(guard)}){`;
    // Behind a guard nothing is certain for the objects around.
    const uncertain: Open[] = [];
    for (let at: Open | undefined = outer; guard && at && !at.begun; at = at.outer) uncertain.push(at);
    this.#members(branch, open);
    if (inArray) this.#code += open.begun ? "out+=']';" : `if(${open.variable})out+=']';`;
    for (const at of uncertain) at.begun = false;
    if (guard) this.#code += '}';
  }

  #call(write: Write, open: Open, name: string): void {
    this.#code += `v=${this.#called(write)};if(v!=='')out=out+${this.#prefix(open, name)}+v;`;
  }

  #column({ form, column, otherwise }: ColumnValue, open: Open, name: string): void {
    const { test, open: before = '', close = '', value = 'v', escapes = false } = FORMS[form];
    const read = form === 'time' ? this.#time(column) : `row[${JSON.stringify(column)}]`;
    const end = close === '' ? '' : `+${JSON.stringify(close)}`;
    const plain = `out=out+${this.#prefix(open, name + before)}+${value}${end};`;
    const escaped = `out=out+${this.#prefix(open, name + before.slice(0, -1))}+JSON.stringify(v)+${JSON.stringify(close.slice(1))};`;
    this.#code += `v=${read};if(${test}){${escapes ? `if(isPlain(v))${plain}else ${escaped}` : plain}}`;
    if (otherwise === undefined) return;
    this.#code += `else out=out+${this.#prefix(open, name + otherwise)};`;
    this.#begin(open);
  }

  /** Each column has its own writer of times, which remembers the second it wrote last. */
  #time(column: string): string {
    const iso = isoTimes();
    return this.#called((row) => iso(asNumber(row[column])));
  }

  #called(call: Call): string {
    this.calls.push(call);
    return `c${this.calls.length - 1}(row)`;
  }

  #newVariable(): string {
    return `b${this.#objects++}`;
  }

  /** `,text` where the object was begun; else what begins it, and its outer ones, before `text`. */
  #prefix(open: Open, text: string): string {
    if (open.begun) return JSON.stringify(`,${text}`);
    const { variable, outer, begin } = open;
    const first = outer ? this.#prefix(outer, begin + text) : JSON.stringify(begin + text);
    return `(${variable}?${JSON.stringify(`,${text}`)}:(${variable}=true,${first}))`;
  }
}
