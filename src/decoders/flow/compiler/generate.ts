import type { EventBatch } from '../../../model/batch.ts';
import { KINDS } from '../../../model/kinds.ts';
import type { DecodeRun } from '../template.ts';
import type { Expression, KnownName, NumberColumnName, Step } from './expression.ts';
import { HELPERS } from './helpers.ts';
import { Machine } from './machine.ts';
import type { Program } from './program-builder.ts';

/** Decodes records as {@link RecordDecoder.decode} says. */
export type Decode = (run: DecodeRun, batch: EventBatch) => number;

/**
 * Makes a program into one JavaScript function, with the offsets as numbers in it. Its source is made of numbers and of
 * words of our own: nothing that came over the wire is ever part of it.
 * @param span microseconds that a time may be away from the receive time.
 * @throws EvalError where the process may not make code from strings.
 */
export function generate(program: Program, span: number): Decode {
  const machine = new Machine(program.keys);
  const make = new Function('machine', 'H', sourceOf(program, span)) as (
    machine: Machine,
    helpers: typeof HELPERS,
  ) => Decode;
  return make(machine, HELPERS);
}

const KNOWN: Readonly<Record<KnownName, string>> = {
  row: 'row',
  received: 'received',
  reference: 'reference',
  earliest: 'earliest',
  latest: 'latest',
  boot: 'run.bootTime',
  uptime: 'uptime',
  rate: 'rate',
  recordRates: 'run.recordRates',
};

/** The source of a generated decoder; exported for those who want to look at it. */
export function sourceOf(program: Program, span: number): string {
  return new Source(program, span).text();
}

class Source {
  readonly #program: Program;
  readonly #span: number;
  readonly #columns = new Set<NumberColumnName>();
  readonly #addresses = new Set<string>();
  readonly #helpers = new Set<string>();

  constructor(program: Program, span: number) {
    this.#program = program;
    this.#span = span;
  }

  text(): string {
    const { keep, layout } = this.#program;
    const scan = layout.variable.length > 0 ? this.#scan() : `const next=b0+${layout.minLength};`;
    const loop = `while(${keep === false ? '' : 'row<capacity&&'}end-b0>=${layout.minLength}){${scan}`;
    if (keep === false) return `return function(run,batch){${READ}let row=0;${loop}b0=next;records++;}${DONE}};`;
    const steps = this.#steps(this.#program.steps);
    const stamps =
      `kind[row]=${KINDS.flow};receivedColumn[row]=received;` +
      'sources[row]=sourceCode;exporters[row]=exporterCode;row++;';
    const kept = keep === true ? stamps : `if(${this.#value(keep)}){${stamps}}`;
    return `${this.#prologue()}${loop}${steps}${kept}b0=next;records++;}batch.length=row;${DONE}};`;
  }

  /** What is looked up once a call rather than once a record. */
  #prologue(): string {
    const columns = [...this.#columns].map((name) => `const c_${name}=C.${name};`).join('');
    const addresses = [...this.#addresses]
      .map(
        (name) =>
          `const a_${name}=C.${name},w_${name}=a_${name}.words,n_${name}=a_${name}.v4,f_${name}=a_${name}.family;`,
      )
      .join('');
    const helpers = [...this.#helpers].map((name) => `const ${name}=H.${name};`).join('');
    return (
      `${helpers}return function(run,batch){machine.begins(run,batch);${READ}` +
      'const capacity=batch.capacity,C=batch.columns,kind=C.kind,receivedColumn=C.received;' +
      'const sources=C.source.codes,exporters=C.exporter.codes;' +
      'const sourceCode=run.sourceCode,exporterCode=run.exporterCode;' +
      `const received=run.receivedAt,earliest=received-${this.#span},latest=received+${this.#span};` +
      'const exported=run.exportTime,uptime=run.uptime;' +
      'const reference=exported>=earliest&&exported<=latest?exported:received;' +
      `const rate=H.rateOf(machine,run.samplingRate,1);let row=batch.length;${columns}${addresses}`
    );
  }

  /** Finds the variable fields: `pN` and `nN` are start and length of field N, anchor `bK` is where the Kth ended. */
  #scan(): string {
    const { keep, layout } = this.#program;
    const { places, variable, tail } = layout;
    // A record that is cut off ends the set; those before it count.
    const bad = `{run.at=b0;${keep === false ? '' : 'batch.length=row;'}return -1-records;}`;
    const parts = variable.map((field, k) => {
      const { offset } = places[field];
      return (
        `let p${field}=b${k}+${offset};if(p${field}>=end)${bad}let n${field}=bytes[p${field}++];` +
        `if(n${field}===255){if(p${field}+2>end)${bad}n${field}=view.getUint16(p${field});p${field}+=2;}` +
        `const b${k + 1}=p${field}+n${field};if(b${k + 1}>end)${bad}`
      );
    });
    return `${parts.join('')}const next=b${variable.length}+${tail};if(next>end)${bad}`;
  }

  #steps(steps: readonly Step[]): string {
    return steps.map((step) => this.#step(step)).join('');
  }

  #step(step: Step): string {
    switch (step.is) {
      case 'let':
        return `const v${step.id}=${this.#value(step.value)};`;
      case 'store':
        this.#columns.add(step.column);
        return `c_${step.column}[row]=${this.#value(step.value)};`;
      case 'run':
        return `${this.#value(step.call)};`;
      case 'when':
        return `if(${this.#value(step.test)}){${this.#steps(step.yes)}}${step.no.length > 0 ? `else{${this.#steps(step.no)}}` : ''}`;
      case 'v4':
        return this.#v4(step.column, this.#start(step.field));
      case 'v6':
        return this.#v6(step.column, this.#start(step.field));
    }
  }

  /** What `IpColumn.setV4` does; all machines that Node runs on keep the least byte first. */
  #v4(column: string, at: string): string {
    this.#addresses.add(column);
    const word = `w_${column}[row*4`;
    return (
      `${word}]=0;${word}+1]=0;${word}+2]=0xffff0000;${word}+3]=view.getUint32(${at},true);` +
      `n_${column}[row]=view.getUint32(${at});f_${column}[row]=4;`
    );
  }

  /** What `IpColumn.setBytes` does, a word at a time. */
  #v6(column: string, at: string): string {
    this.#addresses.add(column);
    const word = (n: number) => `view.getUint32(${at}+${n * 4},true)`;
    const set = [0, 1, 2, 3].map((n) => `w_${column}[row*4+${n}]=${word(n)};`).join('');
    return (
      `${set}if(${word(2)}===0xffff0000&&${word(0)}===0&&${word(1)}===0)` +
      `{n_${column}[row]=view.getUint32(${at}+12);f_${column}[row]=4;}else{n_${column}[row]=0;f_${column}[row]=6;}`
    );
  }

  #value(value: Expression): string {
    switch (value.is) {
      case 'number':
        return value.value < 0 ? `(${value.value})` : String(value.value);
      case 'known':
        return KNOWN[value.name];
      case 'local':
        return `v${value.id}`;
      case 'uint':
        return this.#uint(value.field);
      case 'word':
        return `view.getUint32(${this.#start(value.field)}+${value.offset})`;
      case 'start':
        return this.#start(value.field);
      case 'length':
        return this.#length(value.field);
      case 'column':
        this.#columns.add(value.name);
        return `c_${value.name}[row]`;
      case 'binary':
        return `(${this.#value(value.left)}${value.operator}${this.#value(value.right)})`;
      case 'choice':
        return `(${this.#value(value.test)}?${this.#value(value.yes)}:${this.#value(value.no)})`;
      case 'call':
        this.#helpers.add(value.helper);
        return `${value.helper}(${['machine', ...value.args.map((arg) => this.#value(arg))].join(',')})`;
    }
  }

  #isVariable(field: number): boolean {
    return this.#program.layout.variable.includes(field);
  }

  #start(field: number): string {
    if (this.#isVariable(field)) return `p${field}`;
    const { anchor, offset } = this.#program.layout.places[field];
    return `(b${anchor}+${offset})`;
  }

  #length(field: number): string {
    return this.#isVariable(field) ? `n${field}` : String(this.#program.layout.places[field].length);
  }

  #uint(field: number): string {
    const { length } = this.#program.layout.places[field];
    const at = this.#start(field);
    const high = (bytes: number) => narrow(bytes, at);
    if (length <= 4) return high(length);
    const low = `view.getUint32(${at}+${length - 4})`;
    if (length < 7) return `(${high(length - 4)}*4294967296+${low})`;
    return `(${high(length - 4)}>2097151?9007199254740991:${high(length - 4)}*4294967296+${low})`;
  }
}

function narrow(length: number, at: string): string {
  if (length === 0) return '0';
  if (length === 1) return `bytes[${at}]`;
  if (length === 2) return `view.getUint16(${at})`;
  if (length === 3) return `(view.getUint16(${at})<<8|bytes[${at}+2])`;
  return `view.getUint32(${at})`;
}

const READ = 'const bytes=run.bytes,view=run.view,end=run.end;let b0=run.at,records=0;';
const DONE = 'run.at=b0;return records;';
