import type { EventBatch, IpColumn } from '../../../model/batch.ts';
import { KINDS } from '../../../model/kinds.ts';
import { type DecodeRun, VARIABLE } from '../template.ts';
import type { AddressColumnName, Expression, KnownName, NumberColumnName, Operator, Step } from './expression.ts';
import type { Decode } from './generate.ts';
import { HELPERS } from './helpers.ts';
import type { Layout } from './layout.ts';
import { Machine } from './machine.ts';
import type { Program } from './program-builder.ts';

type Evaluate = (state: State) => number;
type Perform = (state: State) => void;

/** Where an interpreted program is: the record at hand, its fields, the row it fills. */
class State {
  readonly machine: Machine;
  readonly known: Record<KnownName, number>;
  readonly locals: number[] = [];
  /** Start and length of each field of the record at hand. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  row = 0;

  constructor(program: Program) {
    this.machine = new Machine(program.keys);
    this.starts = new Uint32Array(program.layout.places.length);
    this.lengths = Uint32Array.from(program.layout.places, (place) => place.length);
    this.known = {
      row: 0,
      received: 0,
      reference: 0,
      earliest: 0,
      latest: 0,
      boot: 0,
      uptime: 0,
      rate: 1,
      recordRates: 0,
    };
  }

  begins(run: DecodeRun, batch: EventBatch, span: number): void {
    const { known } = this;
    this.machine.begins(run, batch);
    known.received = run.receivedAt;
    known.earliest = run.receivedAt - span;
    known.latest = run.receivedAt + span;
    const isNear = run.exportTime >= known.earliest && run.exportTime <= known.latest;
    known.reference = isNear ? run.exportTime : run.receivedAt;
    known.boot = run.bootTime;
    known.uptime = run.uptime;
    known.rate = HELPERS.rateOf(this.machine, run.samplingRate, 1);
    known.recordRates = run.recordRates ? 1 : 0;
    this.row = batch.length;
  }
}

/**
 * Walks a program instead of making it into code: for processes in which that is forbidden, and for templates of which
 * too few records came to be worth it. Fills the same rows as {@link ./generate.ts}.
 */
export function interpret(program: Program, span: number): Decode {
  const { layout, keep } = program;
  const steps = program.steps.map(performOf);
  const isKept = typeof keep === 'boolean' ? () => (keep ? 1 : 0) : evaluateOf(keep);
  const state = new State(program);
  return (run, batch) => {
    state.begins(run, batch, span);
    let records = 0;
    let isWhole = true;
    while ((keep === false || state.row < batch.capacity) && run.end - run.at >= layout.minLength) {
      const next = locate(state, layout, run);
      isWhole = next >= 0;
      if (!isWhole) break;
      state.known.row = state.row;
      for (const step of steps) step(state);
      if (isKept(state) !== 0) stamp(batch, run, state.row++);
      run.at = next;
      records++;
    }
    if (keep !== false) batch.length = state.row;
    return isWhole ? records : -1 - records;
  };
}

/** Finds the fields of the record at `run.at`. Answers where the next one begins, -1 when this one is cut off. */
function locate(state: State, layout: Layout, run: DecodeRun): number {
  const { bytes, view, end } = run;
  let at = run.at;
  for (let i = 0; i < layout.places.length; i++) {
    let { length } = layout.places[i];
    if (length === VARIABLE) {
      if (at >= end) return -1;
      length = bytes[at++];
      if (length === 255) {
        if (at + 2 > end) return -1;
        length = view.getUint16(at);
        at += 2;
      }
      state.lengths[i] = length;
    }
    state.starts[i] = at;
    at += length;
    if (at > end) return -1;
  }
  return at;
}

function stamp({ columns }: EventBatch, run: DecodeRun, row: number): void {
  columns.kind[row] = KINDS.flow;
  columns.received[row] = run.receivedAt;
  columns.source.codes[row] = run.sourceCode;
  columns.exporter.codes[row] = run.exporterCode;
}

function performOf(step: Step): Perform {
  switch (step.is) {
    case 'let': {
      const value = evaluateOf(step.value);
      return (state) => {
        state.locals[step.id] = value(state);
      };
    }
    case 'store': {
      const value = evaluateOf(step.value);
      return (state) => {
        column(state, step.column)[state.row] = value(state);
      };
    }
    case 'run':
      return evaluateOf(step.call);
    case 'when': {
      const test = evaluateOf(step.test);
      const yes = step.yes.map(performOf);
      const no = step.no.map(performOf);
      return (state) => {
        for (const inner of test(state) ? yes : no) inner(state);
      };
    }
    case 'v4':
      return (state) =>
        address(state, step.column).setV4(state.row, state.machine.view.getUint32(state.starts[step.field]));
    case 'v6':
      return (state) => address(state, step.column).setBytes(state.row, state.machine.bytes, state.starts[step.field]);
  }
}

function column(state: State, name: NumberColumnName): { [row: number]: number } {
  return state.machine.columns[name];
}

function address(state: State, name: AddressColumnName): IpColumn {
  return state.machine.columns[name];
}

function evaluateOf(value: Expression): Evaluate {
  switch (value.is) {
    case 'number':
      return () => value.value;
    case 'known':
      return (state) => state.known[value.name];
    case 'local':
      return (state) => state.locals[value.id];
    case 'uint':
      return ({ machine, starts, lengths }) => HELPERS.varUint(machine, starts[value.field], lengths[value.field]);
    case 'word':
      return ({ machine, starts }) => machine.view.getUint32(starts[value.field] + value.offset);
    case 'start':
      return ({ starts }) => starts[value.field];
    case 'length':
      return ({ lengths }) => lengths[value.field];
    case 'column':
      return (state) => column(state, value.name)[state.row];
    case 'binary':
      return binaryOf(value.operator, evaluateOf(value.left), evaluateOf(value.right));
    case 'choice': {
      const [test, yes, no] = [value.test, value.yes, value.no].map(evaluateOf);
      return (state) => (test(state) ? yes(state) : no(state));
    }
    case 'call': {
      const helper = HELPERS[value.helper] as (machine: Machine, ...args: number[]) => number;
      const args = value.args.map(evaluateOf);
      return (state) => helper(state.machine, ...args.map((arg) => arg(state)));
    }
  }
}

function binaryOf(operator: Operator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case '+':
      return (state) => left(state) + right(state);
    case '-':
      return (state) => left(state) - right(state);
    case '*':
      return (state) => left(state) * right(state);
    case '/':
      return (state) => left(state) / right(state);
    case '&':
      return (state) => left(state) & right(state);
    case '|':
      return (state) => left(state) | right(state);
    case '<<':
      return (state) => left(state) << right(state);
    case '>>>':
      return (state) => left(state) >>> right(state);
    case '<':
      return (state) => Number(left(state) < right(state));
    case '>':
      return (state) => Number(left(state) > right(state));
    case '<=':
      return (state) => Number(left(state) <= right(state));
    case '>=':
      return (state) => Number(left(state) >= right(state));
    case '===':
      return (state) => Number(left(state) === right(state));
    case '!==':
      return (state) => Number(left(state) !== right(state));
    case '&&':
      return (state) => left(state) && right(state);
    case '||':
      return (state) => left(state) || right(state);
  }
}
