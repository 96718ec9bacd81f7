import { type Element, elementNamed, identityOf } from '../elements.ts';
import { type TemplateField, VARIABLE } from '../template.ts';
import { call, type Expression, firstNonZero, type Step } from './expression.ts';
import { type Layout, layoutOf } from './layout.ts';

export interface ProgramOptions {
  readonly protocol: 'netflow9' | 'ipfix';
  /** Which fields outside the columns go into `attrs`. */
  readonly fields: 'usual' | 'all';
  /** Seconds that a time may be away from the receive time. */
  readonly maxTimeDifference: number;
}

/** How the records of a template become rows. */
export interface Program {
  readonly layout: Layout;
  readonly steps: readonly Step[];
  /** Whether a record makes a row: always, never, or when the value of this local is not zero. */
  readonly keep: boolean | Expression;
  readonly keys: readonly Uint8Array[];
}

/** A field with its meaning. */
export interface KnownField {
  readonly index: number;
  readonly pen: number;
  readonly id: number;
  readonly length: number;
  readonly element: Element | undefined;
  /** Whether an earlier field of the template is the same element: the first, outermost, one is the one that counts. */
  readonly repeated: boolean;
}

const encoder = new TextEncoder();

/** Collects the steps of a program while its parts look for their fields. */
export class ProgramBuilder {
  readonly options: ProgramOptions;
  readonly layout: Layout;
  readonly fields: readonly KnownField[];
  readonly keys: Uint8Array[] = [];
  steps: Step[] = [];
  readonly #first = new Map<string, KnownField>();
  readonly #taken = new Set<number>();
  #locals = 0;

  constructor(fields: readonly TemplateField[], options: ProgramOptions) {
    this.options = options;
    this.layout = layoutOf(fields);
    this.fields = fields.map((field, index) => {
      const { pen, id } = identityOf(field, options.protocol);
      const name = `${pen}:${id}`;
      const repeated = this.#first.has(name);
      const element = elementNamed(pen, id, 'ipfix');
      const known: KnownField = { index, pen, id, length: field.length, element, repeated };
      if (!repeated) this.#first.set(name, known);
      return known;
    });
  }

  /** The first field that is this element, left for others to take. */
  find(pen: number, id: number): KnownField | undefined {
    return this.#first.get(`${pen}:${id}`);
  }

  take(field: KnownField): KnownField {
    this.#taken.add(field.index);
    return field;
  }

  isTaken(field: KnownField): boolean {
    return this.#taken.has(field.index);
  }

  /** Takes the first field that is this element, if it has one of these lengths. */
  ofLength(pen: number, id: number, ...lengths: readonly number[]): KnownField | undefined {
    const field = this.find(pen, id);
    return field && lengths.includes(field.length) ? this.take(field) : undefined;
  }

  /** Takes a number of 1 to 8 bytes (reduced sizes are legal, RFC 7011 section 6.2) or of variable length. */
  uint(pen: number, id: number): Expression | undefined {
    const field = this.find(pen, id);
    if (!field || !isUint(field.length)) return undefined;
    this.take(field);
    return field.length === VARIABLE
      ? call('varUint', start(field), length(field))
      : { is: 'uint', field: field.index };
  }

  /** Takes all of these and answers their values in this order. */
  uints(...elements: readonly (readonly [pen: number, id: number])[]): Expression[] {
    return elements.map(([pen, id]) => this.uint(pen, id)).filter((value) => value !== undefined);
  }

  /** Takes all of these; the value is the first that is not zero. Undefined when the template has none. */
  anyUint(...elements: readonly (readonly [pen: number, id: number])[]): Expression | undefined {
    const values = this.uints(...elements);
    return values.length === 0 ? undefined : firstNonZero(values);
  }

  /** Works a value out once. */
  let(value: Expression): Expression {
    if (value.is === 'number' || value.is === 'known' || value.is === 'local') return value;
    const id = this.#locals++;
    this.steps.push({ is: 'let', id, value });
    return { is: 'local', id };
  }

  step(step: Step): void {
    this.steps.push(step);
  }

  run(value: Expression): void {
    this.steps.push({ is: 'run', call: value });
  }

  /** The steps that `build` makes, apart from the others. */
  apart(build: () => void): Step[] {
    const outer = this.steps;
    const inner: Step[] = [];
    this.steps = inner;
    build();
    this.steps = outer;
    return inner;
  }

  /** Number of a key of `attrs`. */
  key(name: string): number {
    return this.keys.push(encoder.encode(`,${JSON.stringify(name)}:`)) - 1;
  }
}

export function isUint(length: number): boolean {
  return (length >= 1 && length <= 8) || length === VARIABLE;
}

export function start(field: KnownField): Expression {
  return { is: 'start', field: field.index };
}

export function length(field: KnownField): Expression {
  return { is: 'length', field: field.index };
}
