import { FORMAT_KEY, MARKS, PATH_KEY, PROGRAMS, TYPE_KEY } from './catalog.ts';
import { SLOT_COUNT } from './format.ts';

/** A sender has a few dozen shapes; one with endless shapes must not fill the memory. */
const MOST_SHAPES = 512;
/** Wider records are laid out anew each time. */
const WIDEST = 256;
const NOTHING = -1;

/**
 * Which field of a record fills each slot of a format, and which go to `attrs`, as distances from the record's first
 * entry in the field list.
 */
export interface Layout {
  /** By slot; negative for a slot that the record lacks. */
  readonly slots: Int32Array;
  readonly others: Int32Array;
  /** Slots for which there are several fields: the one laid out is the preferred. */
  readonly rivals: readonly number[];
}

/** The keys of a record in their order: records of one sender share a few of them. */
export class Shape {
  readonly keys: Int32Array;
  /** Marks of all its keys. */
  readonly marks: number;
  /** Distance of the field that names the log (`_path`), and of `format` or `type`; negative without one. */
  readonly path: number;
  readonly type: number;
  readonly #layouts: (Layout | undefined)[] = [];

  constructor(keys: Int32Array) {
    this.keys = keys;
    let marks = 0;
    for (const key of keys) if (key >= 0) marks |= MARKS[key];
    this.marks = marks;
    this.path = keys.lastIndexOf(PATH_KEY) * 4;
    this.type = Math.max(keys.lastIndexOf(FORMAT_KEY), keys.lastIndexOf(TYPE_KEY)) * 4;
  }

  layout(format: number): Layout {
    const known = this.#layouts[format];
    if (known) return known;
    const layout = layOut(this.keys, format);
    this.#layouts[format] = layout;
    return layout;
  }
}

/** Finds the shape of a record, so that what follows from its keys is worked out once. */
export class Shapes {
  readonly #known = new Map<number, Shape>();
  #last = new Shape(new Int32Array(0));

  /** @param hash of the key numbers, as the first pass made it. */
  find(fields: Int32Array, from: number, to: number, hash: number): Shape {
    if (isSame(this.#last.keys, fields, from, to)) return this.#last;
    const known = this.#known.get(hash);
    if (known && isSame(known.keys, fields, from, to)) {
      this.#last = known;
      return known;
    }
    const keys = new Int32Array((to - from) >> 2);
    for (let i = 0; i < keys.length; i++) keys[i] = fields[from + i * 4];
    const shape = new Shape(keys);
    if (keys.length > WIDEST) return shape;
    if (this.#known.size === MOST_SHAPES) this.#known.clear();
    this.#known.set(hash, shape);
    this.#last = shape;
    return shape;
  }
}

function isSame(keys: Int32Array, fields: Int32Array, from: number, to: number): boolean {
  if (keys.length !== (to - from) >> 2) return false;
  for (let i = 0, at = from; i < keys.length; i++, at += 4) if (keys[i] !== fields[at]) return false;
  return true;
}

/** @param isNothing whether the field at a distance has no value; without it all are taken to have one. */
export function layOut(keys: Int32Array, format: number, isNothing?: (at: number) => boolean): Layout {
  const program = PROGRAMS[format];
  const slots = new Int32Array(SLOT_COUNT).fill(NOTHING);
  const others: number[] = [];
  const rivals = new Set<number>();
  for (const [i, key] of keys.entries()) {
    const place = key < 0 ? NOTHING : program[key];
    const at = i * 4;
    if (place < 0) {
      others.push(at);
      continue;
    }
    if (isNothing?.(at)) continue;
    const slot = place >> 4;
    const holder = slots[slot];
    if (holder < 0) slots[slot] = at;
    else {
      rivals.add(slot);
      const wins = place - program[keys[holder >> 2]];
      if (wins > 0) others.push(at);
      else {
        slots[slot] = at;
        // The same key again: the last one counts, as for every JSON reader, and the other is gone.
        if (wins < 0) others.push(holder);
      }
    }
  }
  return { slots, others: Int32Array.from(others).sort(), rivals: [...rivals] };
}
