import { Dictionary } from '../model/dictionary.ts';
import { isMap, type MmdbMap, type MmdbValue } from './mmdb-data.ts';
import { RecordSet } from './record-set.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Words of a city record: country code, city code, latitude and longitude as Float32 bits (NaN: not known). */
export const CITY_WIDTH = 4;
/** Words of an ASN record: number, code of the organisation. */
export const ASN_WIDTH = 2;

/** Longest name kept, in characters: nothing real comes near, a broken file might. */
const LONGEST_NAME = 200;

/** What a table says of its ranges: numbered records, and the dictionaries that their codes are of. */
export interface Records {
  readonly set: RecordSet;
  readonly dictionaries: readonly Dictionary[];
  /** Number of the record for one MMDB value; 0 when it holds nothing of interest. */
  ofMmdb(value: MmdbValue): number;
}

/**
 * Countries, cities and coordinates. Reads the layouts of MaxMind and DB-IP (`country.iso_code`, `city.names.en`,
 * `location.latitude`) and the flat one of ip-location-db (`country_code`, `city`, `latitude`).
 */
export class CityRecords implements Records {
  readonly set = new RecordSet([0, 0, bitsOf(undefined), bitsOf(undefined)]);
  readonly countries = new Dictionary();
  readonly cities = new Dictionary();
  readonly dictionaries = [this.countries, this.cities];
  readonly #record = [0, 0, 0, 0];

  ofMmdb(value: MmdbValue): number {
    if (!isMap(value)) return 0;
    const country = isMap(value.country) ? value.country.iso_code : (value.country_code ?? value.country);
    const place = isMap(value.location) ? value.location : value;
    const record = this.#record;
    record[0] = this.countries.intern(countryCode(country));
    record[1] = this.cities.intern(name(isMap(value.city) ? englishName(value.city.names) : value.city));
    record[2] = bitsOf(place.latitude);
    record[3] = bitsOf(place.longitude);
    return this.set.add(record);
  }
}

/**
 * Autonomous systems and their names. Reads `autonomous_system_number` and `_organization`, at the top or under
 * `traits` (GeoIP2 and DB-IP databases that hold both cities and networks).
 */
export class AsnRecords implements Records {
  readonly set = new RecordSet([0, 0]);
  readonly organisations = new Dictionary();
  readonly dictionaries = [this.organisations];
  readonly #record = [0, 0];

  ofMmdb(value: MmdbValue): number {
    if (!isMap(value)) return 0;
    const from: MmdbMap = value.autonomous_system_number === undefined && isMap(value.traits) ? value.traits : value;
    const asn = from.autonomous_system_number;
    return this.of(typeof asn === 'number' ? asn : 0, name(from.autonomous_system_organization));
  }

  of(asn: number, organisation: string): number {
    const valid = Number.isInteger(asn) && asn > 0 && asn <= 0xffff_ffff;
    this.#record[0] = valid ? asn : 0;
    this.#record[1] = this.organisations.intern(organisation.slice(0, LONGEST_NAME));
    return this.set.add(this.#record);
  }
}

function englishName(names: MmdbValue | undefined): MmdbValue | undefined {
  return isMap(names) ? (names.en ?? Object.values(names)[0]) : undefined;
}

function name(value: MmdbValue | undefined): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_NAME) : '';
}

function countryCode(value: MmdbValue | undefined): string {
  return typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : '';
}

function bitsOf(degrees: MmdbValue | undefined): number {
  float[0] = typeof degrees === 'number' && Math.abs(degrees) <= 180 ? degrees : Number.NaN;
  return bits[0];
}
