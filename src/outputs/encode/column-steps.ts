import {
  AddressColumn,
  type EventPage,
  IdColumn,
  NumberColumn,
  type PageColumn,
  TextColumn,
  WordColumn,
} from '../../model/event-page.ts';
import { columnText } from './column-text.ts';
import { IsoWriter } from './iso-writer.ts';
import type { ColumnForm, ColumnValue, Step } from './json-field.ts';
import { ReadyText } from './ready-text.ts';
import { writeStep } from './write-step.ts';

const QUOTE = 0x22;
const CLOSE_LIST = 0x5d;
const ICMP = 1;
const ICMP6 = 58;

/**
 * What writes a column of a page under a key: a step, the text itself where it is the same in all rows, or undefined where
 * none has a value.
 * @param key comma, name and colon: `,"port":`.
 */
export function columnStep(key: string, value: ColumnValue, page: EventPage): Step | string | undefined {
  const column = page.column(value.column);
  const otherwise = value.otherwise === undefined ? '' : key + value.otherwise;
  if (!column) return otherwise === '' ? undefined : otherwise;
  const needsProto = value.form === 'port' || value.form === 'icmp';
  if (column.single && !needsProto) {
    const text = columnText(value)({ [value.column]: page.count > 0 ? column.at(0) : null });
    return text === '' ? undefined : key + text;
  }
  const place = { key, form: value.form, otherwise: new ReadyText(otherwise), page };
  return stepOf(place, column) ?? writeStep(key, columnText(value));
}

interface Place {
  readonly key: string;
  readonly form: ColumnForm;
  readonly otherwise: ReadyText;
  readonly page: EventPage;
}

/** Undefined for what columns of this kind are not written as. */
function stepOf(place: Place, column: PageColumn): Step | undefined {
  const { form } = place;
  const isText = form === 'text' || form === 'plain';
  if (column instanceof NumberColumn) return numberStep(place, column.values);
  if (column instanceof WordColumn && (isText || form === 'word' || form === 'list')) return wordStep(place, column);
  if (column instanceof TextColumn && (isText || form === 'list')) return textStep(place, column);
  if (column instanceof AddressColumn && isText) return addressStep(place, column);
  if (column instanceof IdColumn && isText) return idStep(place, column);
  return undefined;
}

/** Key and value together are made once for each word. */
function wordStep({ key, form, otherwise }: Place, { words, codes }: WordColumn): Step {
  const text = columnText({ form, column: 'word' });
  const made: ReadyText[] = [];
  const make = (code: number) => {
    const value = text({ word: words[code] ?? '' });
    return value === '' ? otherwise : new ReadyText(key + value);
  };
  return (place, _, sink) => {
    const code = codes[place];
    made[code] ??= make(code);
    sink.ready(made[code]);
  };
}

function textStep({ key, form, otherwise }: Place, { bytes, starts, ends }: TextColumn): Step {
  const isList = form === 'list';
  const name = new ReadyText(isList ? `${key}[` : key);
  return (place, _, sink) => {
    const start = starts[place];
    const end = ends[place];
    if (start === end) return sink.ready(otherwise);
    sink.ready(name);
    sink.quotedBytes(bytes, start, end);
    if (isList) sink.byte(CLOSE_LIST);
  };
}

function addressStep({ key, otherwise }: Place, column: AddressColumn): Step {
  const { bytes } = column;
  const name = new ReadyText(`${key}"`);
  return (place, _, sink) => {
    if (column.isIPv4(place)) {
      sink.ready(name);
      sink.dotted(bytes, place * 16 + 12);
      return sink.byte(QUOTE);
    }
    const text = String(column.at(place));
    if (text === '') return sink.ready(otherwise);
    sink.ready(name);
    sink.text(text);
    sink.byte(QUOTE);
  };
}

function idStep({ key }: Place, { words }: IdColumn): Step {
  const name = new ReadyText(`${key}"`);
  return (place, _, sink) => {
    sink.ready(name);
    sink.digits64(words[2 * place + 1], words[2 * place]);
    sink.byte(QUOTE);
  };
}

function numberStep(place: Place, values: Float64Array): Step | undefined {
  switch (place.form) {
    case 'number':
    case 'anyNumber':
    case 'digits':
      return amountStep(place, values);
    case 'port':
    case 'icmp':
      return portStep(place, values);
    case 'time':
      return timeStep(place, values);
    default:
      return undefined;
  }
}

function amountStep({ key, form, otherwise }: Place, values: Float64Array): Step {
  const isQuoted = form === 'digits';
  const alsoZero = form === 'anyNumber';
  const name = new ReadyText(isQuoted ? `${key}"` : key);
  return (place, _, sink) => {
    const value = values[place];
    if (!isKnown(value) || (value === 0 && !alsoZero)) return sink.ready(otherwise);
    sink.ready(name);
    sink.number(value);
    if (isQuoted) sink.byte(QUOTE);
  };
}

/** Infinity less itself is NaN, too. */
function isKnown(value: number): boolean {
  return value - value === 0;
}

function portStep({ key, form, otherwise, page }: Place, values: Float64Array): Step {
  const proto = page.column('proto');
  const protos = proto instanceof NumberColumn ? proto.values : undefined;
  const name = new ReadyText(key);
  const ofIcmp = form === 'icmp';
  return (place, _, sink) => {
    const value = values[place];
    const isIcmp = protos !== undefined && (protos[place] === ICMP || protos[place] === ICMP6);
    if (isIcmp !== ofIcmp || (value === 0 && !ofIcmp) || !isKnown(value)) return sink.ready(otherwise);
    sink.ready(name);
    sink.number(value);
  };
}

function timeStep({ key, otherwise }: Place, values: Float64Array): Step {
  const iso = new IsoWriter();
  const name = new ReadyText(`${key}"`);
  return (place, _, sink) => {
    const began = sink.length;
    sink.ready(name);
    if (iso.append(values[place], sink)) return sink.byte(QUOTE);
    sink.length = began;
    sink.ready(otherwise);
  };
}
