import type { Value } from './mmdb-writer.ts';

export interface Known {
  readonly country: string;
  readonly city: string;
  readonly lat: number;
  readonly lon: number;
}

/** One place as the known makers of city databases write it down. */
export const CITY_LAYOUTS: Readonly<Record<string, (known: Known) => Value>> = {
  maxmind: ({ country, city, lat, lon }) => ({
    city: { geoname_id: 4_000_001, names: { de: `${city} (de)`, en: city } },
    continent: { code: 'EU', names: { en: 'Europe' } },
    country: { geoname_id: 300_001, iso_code: country, names: { en: 'Somewhere' } },
    location: { accuracy_radius: 100, latitude: lat, longitude: lon, time_zone: 'Europe/Nowhere' },
    registered_country: { iso_code: 'ZZ', is_in_european_union: true },
    subdivisions: [{ iso_code: 'XX', names: { en: 'Province' } }],
  }),
  'db-ip': ({ country, city, lat, lon }) => ({
    city: { names: { en: city } },
    continent: { code: 'EU', geoname_id: 6_255_148 },
    country: { geoname_id: 300_001, iso_code: country, is_in_european_union: true, names: { en: 'Somewhere' } },
    location: { latitude: lat, longitude: lon },
    subdivisions: [{ names: { en: 'Province' } }],
    traits: { autonomous_system_number: 64_500, autonomous_system_organization: 'Example Networks', isp: 'Example' },
  }),
  'ip-location-db': ({ country, city, lat, lon }) => ({
    city,
    country_code: country,
    latitude: lat,
    longitude: lon,
    postcode: '',
    state1: 'Province',
    state2: '',
    timezone: '',
  }),
};
