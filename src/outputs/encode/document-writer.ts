import {
  type EventPage,
  NumberColumn,
  type PageColumn,
  PageRow,
  pageOfRows,
  WordColumn,
} from '../../model/event-page.ts';
import type { EventRow } from '../../model/event-row.ts';
import { columnStep } from './column-steps.ts';
import { type Branch, isBranch, type Member, treeOf } from './document-tree.ts';
import type { Append, Derived, Field, Guards, Step, Write } from './json-field.ts';
import { ReadyText } from './ready-text.ts';
import { TextSink } from './text-sink.ts';
import { writeStep } from './write-step.ts';

/** Appends the document of a row. */
export type WriteDocument = (row: EventRow, sink: TextSink) => void;

const OPEN = 0x7b;
const END = new ReadyText('}');
const END_IN_LIST = new ReadyText('}]');
const EMPTY = new ReadyText('{}');

/**
 * Makes a writer of JSON documents with these fields: nested as their paths say, objects left out when nothing is in
 * them. What can be decided for a page as a whole is decided once: columns without a value are left out, and text that is
 * the same in all rows is put together.
 */
export function documentWriter(fields: readonly Field[], guards: Guards = new Map()): WriteDocument {
  const tree = treeOf(fields);
  const known = new WeakMap<EventPage, Step>();
  const stepsOf = (page: EventPage, row: EventRow) => {
    const steps = documentStep(tree, { page, row, guards });
    known.set(page, steps);
    return steps;
  };
  return (row, sink) => {
    const page = PageRow.pageOf(row) ?? pageOfRows([row]);
    const write = known.get(page) ?? stepsOf(page, row);
    write(PageRow.placeOf(row), row, sink);
  };
}

/** What is known when the steps for a page are made. */
interface Setting {
  readonly page: EventPage;
  /** Any row of it. */
  readonly row: EventRow;
  readonly guards: Guards;
}

function documentStep(tree: Branch, setting: Setting): Step {
  const steps = membersOf(tree, setting).map(stepOf);
  return (place, row, sink) => {
    const began = sink.length;
    for (const step of steps) step(place, row, sink);
    if (sink.length === began) sink.ready(EMPTY);
    else close(began, END, sink);
  };
}

/** Makes an object of members, whose first comma gives its place to the bracket. */
function close(began: number, end: ReadyText, sink: TextSink): void {
  sink.bytes[began] = OPEN;
  sink.ready(end);
}

/** A member, or several: a step, or the text itself where it is the same in all rows of the page. */
type Part = Step | string;

/** The members of an object. Texts that follow each other are one. */
function membersOf({ members }: Branch, setting: Setting): Part[] {
  const parts: Part[] = [];
  for (const member of members) {
    const part = partOf(member, setting);
    const last = parts[parts.length - 1];
    if (part === undefined) continue;
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts;
}

function stepOf(part: Part): Step {
  if (typeof part === 'function') return part;
  const text = new ReadyText(part);
  return (_, __, sink) => sink.ready(text);
}

function partOf({ key, inArray, value }: Member, setting: Setting): Part | undefined {
  const name = `,${JSON.stringify(key)}:`;
  if (typeof value === 'string') return name + value;
  if (typeof value === 'function') return writeStep(name, value);
  if (isBranch(value)) return objectPart(inArray ? `${name}[` : name, inArray, value, setting);
  if ('bind' in value) return value.bind(name, setting.page);
  if ('append' in value) return appendPart(name, value, setting);
  if ('of' in value) return derivedPart(name, value, setting);
  return columnStep(name, value, setting.page);
}

/** Worked out once for the page, or once for each word, where the columns that decide it allow that. */
function derivedPart(key: string, { of, needs, write }: Derived, { page, row }: Setting): Part | undefined {
  const make = (from: EventRow) => {
    const text = write(from);
    return text === '' ? '' : key + text;
  };
  const columns = varying(of, page);
  // Where a column that is needed is the same in all rows, it may be that none has a value, and then it is the empty text.
  const isNeedless = needs !== undefined && page.column(needs)?.single !== false && !row[needs];
  if (isNeedless) return undefined;
  if (columns.length === 0) return make(row) || undefined;
  const [column] = columns;
  if (columns.length === 1 && column instanceof WordColumn) return rememberingStep(make, column.codes);
  if (columns.length === 1 && column instanceof NumberColumn && column.values.every(isByte))
    return rememberingStep(make, column.values);
  return writeStep(key, write);
}

/** Those of the columns that are not the same in all rows. */
function varying(names: readonly string[], page: EventPage): PageColumn[] {
  return names.flatMap((name) => {
    const column = page.column(name);
    return column === undefined || column.single ? [] : [column];
  });
}

function isByte(value: number): boolean {
  return value >= 0 && value < 256 && Math.floor(value) === value;
}

function rememberingStep(make: Write, codes: ArrayLike<number>): Step {
  const made: ReadyText[] = [];
  return (place, row, sink) => {
    const code = codes[place];
    made[code] ??= new ReadyText(make(row));
    sink.ready(made[code]);
  };
}

function appendPart(key: string, { of, append }: Append, { page, row }: Setting): Part | undefined {
  if (varying(of, page).length === 0) {
    const sink = new TextSink();
    append(row, sink);
    return sink.length === 0 ? undefined : key + sink.toString();
  }
  const name = new ReadyText(key);
  return (_, each, sink) => {
    const began = sink.length;
    sink.ready(name);
    const value = sink.length;
    append(each, sink);
    if (sink.length === value) sink.length = began;
  };
}

function objectPart(key: string, inArray: boolean, branch: Branch, setting: Setting): Part | undefined {
  const parts = membersOf(branch, setting);
  if (parts.length === 0) return undefined;
  const isWanted = setting.guards.get(branch.path);
  const end = inArray ? END_IN_LIST : END;
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'string' && !isWanted)
    return `${key}{${only.slice(1)}${inArray ? '}]' : '}'}`;
  const name = new ReadyText(key);
  const steps = parts.map(stepOf);
  return (place, row, sink) => {
    if (isWanted && !isWanted(row)) return;
    const before = sink.length;
    sink.ready(name);
    const began = sink.length;
    for (const step of steps) step(place, row, sink);
    if (sink.length === began) sink.length = before;
    else close(began, end, sink);
  };
}
