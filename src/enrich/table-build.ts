import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { addAsnCsv } from './asn-csv.ts';
import { AsnRecords, CityRecords } from './location-records.ts';
import { MmdbFile } from './mmdb-file.ts';
import { addV4Ranges, addV6Ranges } from './mmdb-ranges.ts';
import { encodeImage, IMAGE_VERSION } from './table-image.ts';
import { V4TableBuilder } from './v4-table.ts';
import { V6TableBuilder } from './v6-table.ts';

/** What a table is made of; all of it can be handed to another thread. */
export interface TableSource {
  readonly covers: 'city' | 'asn';
  /** MMDB files, or CSV files where the name ends in `.csv`. An IPv4 and an IPv6 file make one table. */
  readonly files: readonly string[];
  /** Set for packaged files; otherwise taken from the metadata of the file. */
  readonly name?: string;
  readonly attribution?: string;
  readonly builtAt?: string | null;
}

const SAMPLE = 64 * 1024;

/**
 * Identity of the source files wherever they lie: sizes, modification times and the bytes at both ends (an MMDB file
 * ends with its build time), plus the version of the table layout. @throws the error of the file system.
 */
export function sourceKey(source: TableSource): string {
  const hash = createHash('sha256').update(`${IMAGE_VERSION} ${source.covers}`);
  const sample = Buffer.alloc(SAMPLE);
  for (const file of source.files) {
    const fd = openSync(file, 'r');
    try {
      const { size, mtimeMs } = fstatSync(fd);
      hash.update(` ${size} ${mtimeMs} `);
      for (const at of [0, Math.max(0, size - SAMPLE)])
        hash.update(sample.subarray(0, readSync(fd, sample, 0, SAMPLE, at)));
    } finally {
      closeSync(fd);
    }
  }
  return hash.digest('hex').slice(0, 32);
}

/** Licence notices that the makers of well-known databases ask for, by the start of the database type. */
const NOTICES: readonly (readonly [string, string])[] = [
  ['GeoLite2', 'This product includes GeoLite2 data created by MaxMind, available from https://www.maxmind.com'],
  ['DBIP', 'IP Geolocation by DB-IP (https://db-ip.com)'],
];

/**
 * Flattens the files of `source` into one image: seconds of work and some 300 MB for the largest, so on a thread of
 * its own. @throws Error when a file cannot be read, is damaged, or knows nothing of what the table covers.
 */
export function buildTable(source: TableSource, key: string): ArrayBuffer {
  const records = source.covers === 'city' ? new CityRecords() : new AsnRecords();
  const v4 = new V4TableBuilder();
  const v6 = new V6TableBuilder();
  let name = source.name ?? '';
  let builtAt = source.builtAt ?? null;
  for (const path of source.files) {
    const bytes = readFileSync(path);
    if (path.endsWith('.csv')) {
      if (!(records instanceof AsnRecords)) throw new Error('a CSV file can only hold AS numbers');
      addAsnCsv(bytes, v4, v6, records);
      continue;
    }
    const file = new MmdbFile(bytes);
    addMmdb(file, v4, v6, records);
    name ||= file.databaseType;
    builtAt ??= file.builtAt;
  }
  if (records.set.words.length <= records.set.width)
    throw new Error(`the file knows nothing of ${source.covers === 'city' ? 'countries or cities' : 'AS numbers'}`);
  const tables = [v4.finish(), v6.finish()] as const;
  const attribution = source.attribution ?? NOTICES.find(([start]) => name.startsWith(start))?.[1] ?? '';
  const info = { covers: source.covers, key, name, attribution, builtAt, ranges: v4.ranges + v6.ranges };
  return encodeImage(info, ...tables, records);
}

function addMmdb(file: MmdbFile, v4: V4TableBuilder, v6: V6TableBuilder, records: CityRecords | AsnRecords): void {
  const known = new Map<number, number>();
  const numberOf = (record: number) => {
    let value = known.get(record);
    if (value === undefined) {
      value = records.ofMmdb(file.data(record));
      known.set(record, value);
    }
    return value;
  };
  if (v4.ranges === 0) addV4Ranges(file, v4, numberOf);
  addV6Ranges(file, v6, numberOf);
}
