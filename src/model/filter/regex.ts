/**
 * Regular expressions in the part of RE2's syntax that this matcher and the store understand alike: literals, `.`,
 * classes, `\d \w \s \b` and their opposites, groups, alternatives, `* + ? {n,m}` (lazy forms too), `^ $`, leading
 * `(?i)` (ASCII letters). `.` is any character, a line end too. No look-around and no back references. Matching simulates an automaton (Thompson, "Regular Expression Search
 * Algorithm", 1968): time grows with the length of the text times the size of the expression, never faster.
 */

export const REGEX_LENGTH = 256;
const REPEAT_LIMIT = 100;
const PROGRAM_LIMIT = 2000;
const DEPTH_LIMIT = 32;

/** Where in the expression it fails, from 0. */
export class RegexError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'RegexError';
    this.position = position;
  }
}

const OP = { class: 0, split: 1, jump: 2, match: 3, begin: 4, end: 5, boundary: 6, inside: 7 } as const;

/** `ranges` of a class are pairs of code points, both included. `x` and `y` are instruction numbers. */
interface Instruction {
  op: number;
  x: number;
  y: number;
  readonly ranges: readonly number[];
}

type Tree =
  | { readonly type: 'class'; readonly ranges: readonly number[] }
  | { readonly type: 'assert'; readonly op: number }
  | { readonly type: 'sequence'; readonly parts: readonly Tree[] }
  | { readonly type: 'either'; readonly parts: readonly Tree[] }
  | { readonly type: 'repeat'; readonly part: Tree; readonly min: number; readonly max: number };

const LAST = 0x10ffff;
const DIGITS = [48, 57];
const WORDS = [48, 57, 65, 90, 95, 95, 97, 122];
const SPACES = [9, 10, 12, 13, 32, 32];

function opposite(ranges: readonly number[]): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i], ranges[i + 1]]);
  pairs.sort((a, b) => a[0] - b[0]);
  const rest: number[] = [];
  let next = 0;
  for (const [from, to] of pairs) {
    if (from > next) rest.push(next, from - 1);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) rest.push(next, LAST);
  return rest;
}

/** ASCII letters in both cases. */
function bothCases(ranges: readonly number[]): number[] {
  const both = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    const upper = [Math.max(ranges[i], 65), Math.min(ranges[i + 1], 90)];
    const lower = [Math.max(ranges[i], 97), Math.min(ranges[i + 1], 122)];
    if (upper[0] <= upper[1]) both.push(upper[0] + 32, upper[1] + 32);
    if (lower[0] <= lower[1]) both.push(lower[0] - 32, lower[1] - 32);
  }
  return both;
}

class Parser {
  readonly #points: readonly number[];
  readonly #fold: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#fold = source.startsWith('(?i)');
    this.#points = [...source].map((character) => character.codePointAt(0)!);
    if (this.#fold) this.#at = 4;
  }

  parse(): Tree {
    const tree = this.#either();
    if (this.#at < this.#points.length) this.#fail('A ")" closes nothing.');
    return tree;
  }

  #fail(message: string): never {
    throw new RegexError(message, this.#at);
  }

  #peek(): string {
    return this.#at < this.#points.length ? String.fromCodePoint(this.#points[this.#at]) : '';
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at++;
    return true;
  }

  #either(): Tree {
    if (++this.#depth > DEPTH_LIMIT) this.#fail(`Groups are nested deeper than ${DEPTH_LIMIT}.`);
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#depth--;
    return parts.length === 1 ? parts[0] : { type: 'either', parts };
  }

  #sequence(): Tree {
    const parts: Tree[] = [];
    while (this.#at < this.#points.length && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated());
    return { type: 'sequence', parts };
  }

  #repeated(): Tree {
    const part = this.#atom();
    const [min, max] = this.#quantifier();
    if (min === 1 && max === 1) return part;
    if (part.type === 'assert') this.#fail('An anchor cannot be repeated.');
    this.#take('?');
    if ('*+?{'.includes(this.#peek()) && this.#peek() !== '') this.#fail('A repetition cannot be repeated.');
    return { type: 'repeat', part, min, max };
  }

  #quantifier(): [number, number] {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return [1, 1];
    const rest = String.fromCodePoint(...this.#points.slice(this.#at, this.#at + 12));
    const counts = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(rest);
    if (!counts) this.#fail('A "{" begins a count such as {2,5}; as a character it is written \\{.');
    const min = Number(counts[1]);
    const max = counts[2] === undefined ? min : counts[3] === '' ? Number.POSITIVE_INFINITY : Number(counts[3]);
    if (min > REPEAT_LIMIT || (max > REPEAT_LIMIT && max !== Number.POSITIVE_INFINITY) || max < min)
      this.#fail(`Counts go from 0 to ${REPEAT_LIMIT}, the smaller one first.`);
    this.#at += counts[0].length;
    return [min, max];
  }

  #atom(): Tree {
    const character = this.#peek();
    if ('*+?{'.includes(character)) this.#fail(`There is nothing for "${character}" to repeat.`);
    this.#at++;
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '.') return { type: 'class', ranges: [0, LAST] };
    if (character === '^') return { type: 'assert', op: OP.begin };
    if (character === '$') return { type: 'assert', op: OP.end };
    if (character === '\\') return this.#escape();
    return this.#literal(character.codePointAt(0)!);
  }

  #literal(point: number): Tree {
    const ranges = [point, point];
    return { type: 'class', ranges: this.#fold ? bothCases(ranges) : ranges };
  }

  #group(): Tree {
    if (this.#take('?') && !this.#take(':')) this.#fail('Only (?: and a leading (?i) are understood after "(?".');
    const inner = this.#either();
    if (!this.#take(')')) this.#fail('A ")" is missing.');
    return inner;
  }

  #escape(): Tree {
    if (this.#peek() === 'b' || this.#peek() === 'B')
      return { type: 'assert', op: this.#points[this.#at++] === 98 ? OP.boundary : OP.inside };
    const ranges = this.#escaped();
    return { type: 'class', ranges: this.#fold ? bothCases(ranges) : ranges };
  }

  /** What follows a backslash, inside or outside of a class. */
  #escaped(): readonly number[] {
    const character = this.#peek();
    const sets: Record<string, readonly number[]> = {
      d: DIGITS,
      D: opposite(DIGITS),
      w: WORDS,
      W: opposite(WORDS),
      s: SPACES,
      S: opposite(SPACES),
      n: [10, 10],
      r: [13, 13],
      t: [9, 9],
    };
    if (character === '' || (/[0-9A-Za-z]/.test(character) && sets[character] === undefined))
      this.#fail(`\\${character} is not understood.`);
    const point = this.#points[this.#at++];
    return sets[character] ?? [point, point];
  }

  #class(): Tree {
    const inverted = this.#take('^');
    const ranges: number[] = [];
    do {
      if (this.#at >= this.#points.length) this.#fail('A "]" is missing.');
      const low = this.#classItem();
      const isRange = this.#peek() === '-' && this.#points[this.#at + 1] !== 93;
      if (low.length > 2 || low[0] !== low[1] || !isRange) {
        ranges.push(...low);
        continue;
      }
      this.#at++;
      const high = this.#classItem();
      if (high.length > 2 || high[0] !== high[1] || high[0] < low[0]) this.#fail('This is no range of characters.');
      ranges.push(low[0], high[0]);
    } while (!this.#take(']'));
    const folded = this.#fold ? bothCases(ranges) : ranges;
    return { type: 'class', ranges: inverted ? opposite(folded) : folded };
  }

  #classItem(): readonly number[] {
    if (this.#at >= this.#points.length) this.#fail('A "]" is missing.');
    if (this.#peek() === '[') this.#fail('A "[" inside of a class is written \\[.');
    if (this.#take('\\')) return this.#escaped();
    const point = this.#points[this.#at++];
    return [point, point];
  }
}

/** Turns the tree into a program; what follows an instruction in the list is what comes next. */
class Emitter {
  readonly program: Instruction[] = [];
  #work = 0;

  emit(tree: Tree): void {
    // Counted apart from the instructions: an empty group repeated a million times makes none.
    if (++this.#work > PROGRAM_LIMIT * 4 || this.program.length > PROGRAM_LIMIT)
      throw new RegexError('The expression repeats too much.', 0);
    if (tree.type === 'class') this.add(OP.class, tree.ranges);
    else if (tree.type === 'assert') this.add(tree.op);
    else if (tree.type === 'sequence') for (const part of tree.parts) this.emit(part);
    else if (tree.type === 'either') this.#either(tree.parts);
    else this.#repeat(tree.part, tree.min, tree.max);
  }

  add(op: number, ranges: readonly number[] = []): Instruction {
    const instruction = { op, x: this.program.length + 1, y: -1, ranges };
    this.program.push(instruction);
    return instruction;
  }

  #either(parts: readonly Tree[]): void {
    const jumps: Instruction[] = [];
    parts.forEach((part, i) => {
      const split = i < parts.length - 1 ? this.add(OP.split) : undefined;
      this.emit(part);
      if (!split) return;
      jumps.push(this.add(OP.jump));
      split.y = this.program.length;
    });
    for (const jump of jumps) jump.x = this.program.length;
  }

  #repeat(part: Tree, min: number, max: number): void {
    for (let i = 0; i < min; i++) this.emit(part);
    if (max === Number.POSITIVE_INFINITY) {
      const start = this.program.length;
      const split = this.add(OP.split);
      this.emit(part);
      this.add(OP.jump).x = start;
      split.y = this.program.length;
      return;
    }
    const splits: Instruction[] = [];
    for (let i = min; i < max; i++) {
      splits.push(this.add(OP.split));
      this.emit(part);
    }
    for (const split of splits) split.y = this.program.length;
  }
}

/** Whether the expression is found anywhere in `bytes[start..end)`, which is UTF-8. Allocates nothing. */
export type RegexTest = (bytes: Uint8Array, start: number, end: number) => boolean;

/** @throws RegexError */
export function compileRegex(source: string): RegexTest {
  if (source.length > REGEX_LENGTH)
    throw new RegexError(`The expression is longer than ${REGEX_LENGTH} characters.`, REGEX_LENGTH);
  const emitter = new Emitter();
  emitter.emit(new Parser(source).parse());
  emitter.add(OP.match);
  const machine = new Machine(emitter.program);
  return (bytes, start, end) => machine.test(bytes, start, end);
}

class Machine {
  readonly #program: readonly Instruction[];
  readonly #lists: [Uint32Array, Uint32Array];
  /** The step in which an instruction was last added to a list. */
  readonly #mark: Uint32Array;
  readonly #stack: Uint32Array;
  #step = 0;
  #count = 0;

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#lists = [new Uint32Array(program.length), new Uint32Array(program.length)];
    this.#mark = new Uint32Array(program.length);
    this.#stack = new Uint32Array(program.length * 2 + 2);
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    const current = this.#lists[0];
    const other = this.#lists[1];
    let active = 0;
    let previous = -1;
    let at = start;
    for (;;) {
      const length = at < end ? sequenceLength(bytes[at], end - at) : 0;
      const point = length === 0 ? -1 : codePoint(bytes, at, length);
      // The threads that survived the last character, closed over empty moves, and a fresh one that begins here.
      this.#nextStep();
      this.#count = 0;
      for (let i = 0; i < active; i++) if (this.#follow(current[i], other, previous, point)) return true;
      if (this.#follow(0, other, previous, point)) return true;
      if (length === 0) return false;
      active = 0;
      for (let i = 0; i < this.#count; i++) {
        const instruction = this.#program[other[i]];
        if (inRanges(instruction.ranges, point)) current[active++] = instruction.x;
      }
      previous = point;
      at += length;
    }
  }

  #nextStep(): void {
    if (++this.#step < 0xffffffff) return;
    this.#mark.fill(0);
    this.#step = 1;
  }

  /** Adds `from` and what it reaches without a character to `list`; true when that is the end of the expression. */
  #follow(from: number, list: Uint32Array, previous: number, next: number): boolean {
    const stack = this.#stack;
    let depth = 0;
    stack[depth++] = from;
    while (depth > 0) {
      const at = stack[--depth];
      if (this.#mark[at] === this.#step) continue;
      this.#mark[at] = this.#step;
      const { op, x, y } = this.#program[at];
      if (op === OP.match) return true;
      if (op === OP.class) list[this.#count++] = at;
      else if (op === OP.split) {
        stack[depth++] = y;
        stack[depth++] = x;
      } else if (holds(op, previous, next)) stack[depth++] = x;
    }
    return false;
  }
}

function holds(op: number, previous: number, next: number): boolean {
  if (op === OP.jump) return true;
  if (op === OP.begin) return previous < 0;
  if (op === OP.end) return next < 0;
  return (inRanges(WORDS, previous) !== inRanges(WORDS, next)) === (op === OP.boundary);
}

function inRanges(ranges: readonly number[], point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (point >= ranges[i] && point <= ranges[i + 1]) return true;
  return false;
}

function sequenceLength(first: number, room: number): number {
  const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return length < room ? length : room;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at];
  if (length === 1) return first;
  let point = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | (bytes[at + i] & 0x3f);
  return point;
}
