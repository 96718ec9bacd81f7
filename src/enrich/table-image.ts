import { crc32 } from 'node:zlib';
import { Dictionary } from '../model/dictionary.ts';
import { AsnRecords, CityRecords, type Records } from './location-records.ts';
import { type V4Table, V4TableBuilder } from './v4-table.ts';
import { type V6Table, V6TableBuilder } from './v6-table.ts';

/** Raised whenever the layout or what is kept of a source changes: older files are then built anew. */
export const IMAGE_VERSION = 2;

/** Half of a location table: what one covers and where it is from. */
export interface TableInfo {
  readonly covers: 'city' | 'asn';
  /** Identity of the source files, see sourceKey. */
  readonly key: string;
  readonly name: string;
  readonly attribution: string;
  readonly builtAt: string | null;
  readonly ranges: number;
}

/** Flat tables that answer what is known of an address: the finders give the number of a record in `records`. */
export interface LocationTable {
  readonly info: TableInfo;
  readonly v4: V4Table;
  readonly v6: V6Table;
  readonly records: Uint32Array;
  /** The same memory as {@link records}, for coordinates. */
  readonly floats: Float32Array;
  readonly dictionaries: readonly Dictionary[];
  readonly bytes: number;
}

type Numbers = Uint8Array | Uint16Array | Uint32Array;
interface Section {
  readonly name: string;
  readonly width: 1 | 2 | 4;
  readonly at: number;
  readonly length: number;
}
interface Header {
  readonly info: TableInfo;
  readonly sections: readonly Section[];
}

/** 'VDLT' read as a number of this machine: a file from one of the other byte order is not taken. */
const MAGIC = 0x544c_4456;
const PREAMBLE = 24;

/**
 * One block of memory, the same on disk: magic, version, total length, CRC-32 of all after the preamble, length of
 * the header (JSON), then the arrays, each on a multiple of 8.
 */
export function encodeImage(info: TableInfo, v4: V4Table, v6: V6Table, records: Records): ArrayBuffer {
  const arrays: Record<string, Numbers> = { records: records.set.words.take() };
  for (const [name, array] of Object.entries(v4)) arrays[`v4.${name}`] = array;
  for (const [name, array] of Object.entries(v6)) arrays[`v6.${name}`] = array;
  for (const [at, dictionary] of records.dictionaries.entries())
    arrays[`dictionary.${at}`] = new TextEncoder().encode(JSON.stringify(dictionary.strings));
  const sections: Section[] = [];
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    sections.push({ name, width: array.BYTES_PER_ELEMENT as 1 | 2 | 4, at, length: array.length });
    at = align(at + array.byteLength);
  }
  const header = new TextEncoder().encode(JSON.stringify({ info, sections } satisfies Header));
  const body = align(PREAMBLE + header.length);
  const image = new ArrayBuffer(body + at);
  const bytes = new Uint8Array(image);
  bytes.set(header, PREAMBLE);
  for (const section of sections) {
    const array = arrays[section.name];
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), body + section.at);
  }
  const preamble = new Uint32Array(image, 0, PREAMBLE / 4);
  preamble.set([MAGIC, IMAGE_VERSION, image.byteLength, 0, header.length, body]);
  preamble[3] = crc32(bytes.subarray(PREAMBLE));
  return image;
}

/**
 * Views on `image`; nothing but the dictionaries is copied.
 * @throws Error when the image is of another version, cut short or damaged.
 */
export function decodeImage(image: ArrayBuffer): LocationTable {
  if (image.byteLength < PREAMBLE) throw new Error('the table file is too short');
  const [magic, version, length, checksum, headerLength, body] = new Uint32Array(image, 0, PREAMBLE / 4);
  if (magic !== MAGIC || version !== IMAGE_VERSION) throw new Error('the table file is of another version');
  if (length !== image.byteLength) throw new Error('the table file is cut short');
  if (crc32(new Uint8Array(image, PREAMBLE)) !== checksum) throw new Error('the table file is damaged');
  const { info, sections } = JSON.parse(text(new Uint8Array(image, PREAMBLE, headerLength))) as Header;
  const byName = new Map(sections.map((section) => [section.name, section]));
  const place = (name: string): Section => {
    const section = byName.get(name);
    if (!section) throw new Error(`the table file has no ${name}`);
    return section;
  };
  const words = (name: string) => new Uint32Array(image, body + place(name).at, place(name).length);
  const halves = (name: string) => new Uint16Array(image, body + place(name).at, place(name).length);
  const octets = (name: string) => new Uint8Array(image, body + place(name).at, place(name).length);
  const dictionaries: Dictionary[] = [];
  for (let at = 0; byName.has(`dictionary.${at}`); at++) {
    const section = place(`dictionary.${at}`);
    dictionaries.push(dictionaryOf(text(octets(section.name))));
  }
  const records = words('records');
  return {
    info,
    v4: {
      marks: words('v4.marks'),
      values: words('v4.values'),
      fineOffsets: words('v4.fineOffsets'),
      fineStarts: octets('v4.fineStarts'),
      fineValues: words('v4.fineValues'),
    },
    v6: {
      index: words('v6.index'),
      keys: words('v6.keys'),
      offsets: words('v6.offsets'),
      starts: halves('v6.starts'),
      values: words('v6.values'),
      fineOffsets: words('v6.fineOffsets'),
      fine: words('v6.fine'),
    },
    records,
    floats: new Float32Array(image, records.byteOffset, records.length),
    dictionaries,
    bytes: image.byteLength,
  };
}

/** A table that knows nothing. */
export function emptyTable(covers: 'city' | 'asn'): LocationTable {
  const records = covers === 'city' ? new CityRecords() : new AsnRecords();
  const info = { covers, key: '', name: '', attribution: '', builtAt: null, ranges: 0 };
  return decodeImage(encodeImage(info, new V4TableBuilder().finish(), new V6TableBuilder().finish(), records));
}

function align(at: number): number {
  return (at + 7) & ~7;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function dictionaryOf(json: string): Dictionary {
  const dictionary = new Dictionary();
  for (const name of JSON.parse(json) as string[]) dictionary.intern(name);
  return dictionary;
}
