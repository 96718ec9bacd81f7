import { AddressColumn, type EventPage } from '../../model/event-page.ts';
import { listOf } from './column-values.ts';
import type { Bound, Step, Write } from './json-field.ts';
import { ReadyText } from './ready-text.ts';
import { asText, ipVersionOf } from './row-values.ts';
import { writeStep } from './write-step.ts';

/** Values that are made of several address columns. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_LIST = 0x5d;
const SIZE = 16;

/** Addresses of these columns, each once, as an array. */
export function addressList(names: readonly string[]): Bound {
  const plain: Write = (row) => listOf(names.map((name) => asText(row[name])));
  return {
    bind(key, page) {
      const columns = addressesOf(names, page);
      if (!columns) return writeStep(key, plain);
      const some = columns.filter((column) => !column.single);
      return some.length === 0 ? undefined : listStep(new ReadyText(`${key}[`), some);
    },
  };
}

/** Texts for version 4 and 6 of the IP, by the source or else the destination. */
export function byIpVersion(four: string, six: string): Bound {
  const plain: Write = (row) => textOf(ipVersionOf(row));
  const textOf = (version: 0 | 4 | 6) => (version === 0 ? '' : version === 4 ? four : six);
  return {
    bind(key, page) {
      const columns = addressesOf(['src_ip', 'dst_ip'], page);
      if (!columns) return writeStep(key, plain);
      const texts = [new ReadyText(key + four), new ReadyText(key + six)];
      return (place, _, sink) => {
        const column = columns.find((each) => !isNone(each.bytes, place * SIZE));
        if (column) sink.ready(texts[column.isIPv4(place) ? 0 : 1]);
      };
    },
  };
}

/** Undefined where the rows did not come from the store. */
function addressesOf(names: readonly string[], page: EventPage): AddressColumn[] | undefined {
  const columns = names.map((name) => page.column(name));
  return columns.every((column) => column instanceof AddressColumn) ? columns : undefined;
}

function listStep(name: ReadyText, columns: readonly AddressColumn[]): Step {
  return (place, _, sink) => {
    const at = place * SIZE;
    let written = 0;
    for (let c = 0; c < columns.length; c++) {
      const { bytes } = columns[c];
      if (isNone(bytes, at) || isAmong(columns, c, at)) continue;
      if (written++ === 0) sink.ready(name);
      else sink.byte(COMMA);
      sink.byte(QUOTE);
      if (columns[c].isIPv4(place)) sink.dotted(bytes, at + 12);
      else sink.text(String(columns[c].at(place)));
      sink.byte(QUOTE);
    }
    if (written > 0) sink.byte(CLOSE_LIST);
  };
}

/** Whether the address of the c-th column is that of one before it. */
function isAmong(columns: readonly AddressColumn[], c: number, at: number): boolean {
  for (let other = 0; other < c; other++) if (isSame(columns[other].bytes, columns[c].bytes, at)) return true;
  return false;
}

function isSame(one: Uint8Array, other: Uint8Array, at: number): boolean {
  // Two of IPv4 differ in their last bytes.
  for (let i = at + SIZE - 1; i >= at; i--) if (one[i] !== other[i]) return false;
  return true;
}

function isNone(bytes: Uint8Array, at: number): boolean {
  for (let i = at + SIZE - 1; i >= at; i--) if (bytes[i] !== 0) return false;
  return true;
}
