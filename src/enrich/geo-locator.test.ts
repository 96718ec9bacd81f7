import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CITY_LAYOUTS } from '../../test/support/location-layouts.ts';
import { writeMmdb } from '../../test/support/mmdb-writer.ts';
import { silentLog } from '../kit/log.ts';
import { parseIp } from '../model/address.ts';
import { EventBatch } from '../model/batch.ts';
import { DIRECTIONS, SCOPES } from '../model/kinds.ts';
import { GeoLocator, type GeoLocatorOptions } from './geo-locator.ts';

// Documentation addresses are never located, so these are arbitrary global ones with invented places.
const PLACES = {
  north: { country: 'NO', city: 'Nordby', lat: 59.5, lon: 10.25 },
  south: { country: 'ZA', city: 'Sørstad', lat: -33.75, lon: 18.5 },
} as const;

let folder: string;
let locators: GeoLocator[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-locator-'));
  locators = [];
});
afterEach(async () => {
  for (const locator of locators) await locator.stop();
  rmSync(folder, { recursive: true, force: true });
});

function cityFile(layout: string, ipVersion: 4 | 6 = 6, south: keyof typeof PLACES = 'south'): Buffer {
  const shaped = CITY_LAYOUTS[layout];
  const entries = [
    ['1.2.0.0/16', shaped(PLACES.north)],
    ['1.2.3.128/25', shaped(PLACES[south])],
  ] as [string, ReturnType<typeof shaped>][];
  if (ipVersion === 6) entries.push(['2a00:100::/32', shaped(PLACES[south])]);
  return writeMmdb({ ipVersion, recordSize: 28, databaseType: 'GeoLite2-City', entries });
}

function asnFile(): Buffer {
  return writeMmdb({
    ipVersion: 6,
    recordSize: 24,
    databaseType: 'DBIP-ASN-Lite',
    entries: [
      ['1.2.0.0/17', { autonomous_system_number: 64_500, autonomous_system_organization: 'Example Networks' }],
      ['2a00:100::/29', { autonomous_system_number: 4_200_000_001, autonomous_system_organization: 'Example Six' }],
    ],
  });
}

function written(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
  return path;
}

async function started(options: Partial<GeoLocatorOptions>): Promise<GeoLocator> {
  const cacheDir = join(folder, 'cache');
  const locator = new GeoLocator({ cacheDir, packaged: [], log: silentLog, reloadSeconds: 0.05, ...options });
  locators.push(locator);
  await locator.start();
  await locator.ready();
  return locator;
}

function batchOf(rows: readonly (readonly [src: string, dst: string])[]): EventBatch {
  const batch = new EventBatch(64);
  const bytes = new Uint8Array(16);
  for (const [row, [src, dst]] of rows.entries()) {
    if (parseIp(src, bytes)) batch.columns.src_ip.setBytes(row, bytes, 0);
    if (parseIp(dst, bytes)) batch.columns.dst_ip.setBytes(row, bytes, 0);
  }
  batch.length = rows.length;
  return batch;
}

describe('locator', () => {
  it.each(Object.keys(CITY_LAYOUTS))('fills every column from a file in the layout of %s', async (layout) => {
    const locator = await started({
      cityFile: written('city.mmdb', cityFile(layout)),
      asnFile: written('asn.mmdb', asnFile()),
    });
    expect(locator.health().state).toBe('ok');
    const batch = batchOf([
      ['1.2.3.4', '1.2.3.200'],
      ['10.0.0.1', '2a00:100::1'],
      ['9.9.9.9', ''],
    ]);
    locator.locate(batch, 0, 3);
    const { columns } = batch;
    expect([0, 1, 2].map((row) => columns.src_country.get(row))).toEqual(['NO', '', '']);
    expect([0, 1, 2].map((row) => columns.src_city.get(row))).toEqual(['Nordby', '', '']);
    expect([...columns.src_lat.subarray(0, 3)]).toEqual([59.5, Number.NaN, Number.NaN]);
    expect([...columns.src_lon.subarray(0, 3)]).toEqual([10.25, Number.NaN, Number.NaN]);
    expect([...columns.src_asn.subarray(0, 3)]).toEqual([64_500, 0, 0]);
    expect([0, 1, 2].map((row) => columns.src_org.get(row))).toEqual(['Example Networks', '', '']);
    expect([...columns.src_scope.subarray(0, 3)]).toEqual([SCOPES.global, SCOPES.private, SCOPES.global]);
    expect([0, 1, 2].map((row) => columns.dst_country.get(row))).toEqual(['ZA', 'ZA', '']);
    expect([0, 1, 2].map((row) => columns.dst_city.get(row))).toEqual(['Sørstad', 'Sørstad', '']);
    expect([...columns.dst_lat.subarray(0, 3)]).toEqual([-33.75, -33.75, Number.NaN]);
    expect([...columns.dst_asn.subarray(0, 3)]).toEqual([64_500, 4_200_000_001, 0]);
    expect([0, 1, 2].map((row) => columns.dst_org.get(row))).toEqual(['Example Networks', 'Example Six', '']);
    expect([...columns.dst_scope.subarray(0, 3)]).toEqual([SCOPES.global, SCOPES.global, SCOPES.none]);
  });

  it('says which way the traffic goes', async () => {
    const rows = [
      ['10.0.0.1', '192.168.0.1', DIRECTIONS.internal],
      ['10.0.0.1', '9.9.9.9', DIRECTIONS.outbound],
      ['9.9.9.9', 'fd00::1', DIRECTIONS.inbound],
      ['9.9.9.9', '1.1.1.1', DIRECTIONS.external],
      ['10.0.0.1', '', DIRECTIONS.unknown],
      ['', '', DIRECTIONS.unknown],
    ] as const;
    const batch = batchOf(rows.map(([src, dst]) => [src, dst]));
    (await started({})).locate(batch, 0, rows.length);
    expect([...batch.columns.direction.subarray(0, rows.length)]).toEqual(rows.map(([, , direction]) => direction));
    (await started({ homeNetworks: ['9.9.9.0/24'] })).locate(batch, 0, rows.length);
    expect([...batch.columns.direction.subarray(0, 4)]).toEqual([
      DIRECTIONS.external,
      DIRECTIONS.inbound,
      DIRECTIONS.outbound,
      DIRECTIONS.outbound,
    ]);
  });

  it('answers for one address, and tells its sources', async () => {
    const locator = await started({
      cityFile: written('city.mmdb', cityFile('maxmind')),
      asnFile: written('asn.mmdb', asnFile()),
    });
    const south = { ...PLACES.south, asn: 64_500, org: 'Example Networks' };
    expect(locator.place('1.2.3.200')).toEqual({ scope: 'global', ...south });
    expect(locator.place('::ffff:1.2.3.200')).toEqual({ scope: 'global', ...south });
    // 6to4 and NAT64 addresses are where the IPv4 address inside is.
    expect(locator.place('2002:102:3c8::1')).toEqual({ scope: 'global', ...south });
    expect(locator.place('64:ff9b::1.2.3.200')).toEqual({ scope: 'global', ...south });
    const nothing = { country: '', city: '', lat: null, lon: null, asn: 0, org: '' };
    expect(locator.place('192.0.2.1')).toEqual({ scope: 'documentation', ...nothing });
    expect(locator.place('2002:a00:1::')).toEqual({ scope: 'global', ...nothing });
    expect(locator.place('1.2.3')).toBeUndefined();
    expect(locator.sources()).toEqual([
      {
        covers: 'city',
        name: 'GeoLite2-City',
        attribution: expect.stringContaining('MaxMind'),
        builtAt: '2023-11-14T22:13:20.000Z',
        ranges: expect.any(Number),
      },
      expect.objectContaining({ covers: 'asn', attribution: expect.stringContaining('DB-IP') }),
    ]);
  });

  it('reads AS numbers and cities from one file that holds both', async () => {
    const both = written('both.mmdb', cityFile('db-ip'));
    const locator = await started({ cityFile: both, asnFile: both });
    expect(locator.place('1.2.3.4')).toMatchObject({ city: 'Nordby', asn: 64_500, org: 'Example Networks' });
  });

  it('names autonomous systems, by the table that is in use', async () => {
    const path = written('asn.mmdb', asnFile());
    const locator = await started({ asnFile: path, reloadSeconds: 0.05 });
    expect(locator.organisation(4_200_000_001)).toBe('Example Six');
    expect([locator.organisation(0), locator.organisation(64_501)]).toEqual([undefined, undefined]);
    const entry = { autonomous_system_number: 64_501, autonomous_system_organization: 'Another' };
    const content = { ipVersion: 4, recordSize: 24, databaseType: 'GeoLite2-ASN' } as const;
    written('asn.mmdb', writeMmdb({ ...content, entries: [['1.2.0.0/16', entry]] }));
    await vi.waitFor(() => expect(locator.organisation(64_501)).toBe('Another'), 5_000);
    expect(locator.organisation(4_200_000_001)).toBeUndefined();
  });

  it('keeps what it built, and builds again when that is damaged', async () => {
    const options = { cityFile: written('city.mmdb', cityFile('maxmind')) };
    await (await started(options)).stop();
    const cache = join(folder, 'cache');
    const [name] = readdirSync(cache);
    const bytes = readFileSync(join(cache, name));
    const located = async () => (await started(options)).place('1.2.3.4')?.city;
    for (const damaged of [
      bytes.subarray(0, 10),
      bytes.subarray(0, bytes.length - 8),
      Buffer.alloc(bytes.length),
      Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte))),
    ]) {
      writeFileSync(join(cache, name), damaged);
      expect(await located()).toBe('Nordby');
      expect(readFileSync(join(cache, name)).equals(bytes)).toBe(true);
    }
  });

  it('needs no source work when nothing changed, wherever the file lies', async () => {
    const bytes = cityFile('maxmind');
    await (await started({ cityFile: written('city.mmdb', bytes) })).stop();
    const before = readdirSync(join(folder, 'cache'));
    const moved = join(folder, 'elsewhere.mmdb');
    renameSync(join(folder, 'city.mmdb'), moved);
    const locator = new GeoLocator({ cityFile: moved, cacheDir: join(folder, 'cache'), packaged: [], log: silentLog });
    locators.push(locator);
    await locator.start();
    expect(locator.place('1.2.3.4')?.city).toBe('Nordby');
    expect(readdirSync(join(folder, 'cache'))).toEqual(before);
  });

  it('serves without a cache folder that can be written', async () => {
    const cacheDir = join(written('not-a-folder', 'text'), 'cache');
    const locator = await started({ cacheDir, cityFile: written('city.mmdb', cityFile('maxmind')) });
    expect(locator.place('1.2.3.4')?.city).toBe('Nordby');
  });

  it('takes a file that was replaced, and keeps the old table when the new file is broken', async () => {
    const locator = await started({ cityFile: written('city.mmdb', cityFile('maxmind')) });
    const batch = batchOf([
      ['1.2.3.4', '1.2.3.200'],
      ['1.2.3.200', '1.2.3.4'],
    ]);
    locator.locate(batch, 0, 1);
    const whole = cityFile('ip-location-db', 6, 'north');
    written('city.mmdb', whole.subarray(0, whole.length - 40));
    await vi.waitFor(() => expect(locator.health().detail).toMatch(/city\.mmdb cannot be used/), 10_000);
    expect(locator.health().state).toBe('degraded');
    expect(locator.place('1.2.3.200')?.city).toBe('Sørstad');
    rmSync(join(folder, 'city.mmdb'));
    await vi.waitFor(() => expect(locator.health().detail).toMatch(/no such file/), 10_000);
    written('city.mmdb', whole);
    await vi.waitFor(() => expect(locator.place('1.2.3.200')?.city).toBe('Nordby'), 10_000);
    expect(locator.health().detail).not.toMatch(/city\.mmdb/);
    // A batch begun with the old table goes on with the new one, and its earlier rows still say what they said.
    locator.locate(batch, 1, 2);
    expect([0, 1].map((row) => batch.columns.src_city.get(row))).toEqual(['Nordby', 'Nordby']);
    expect([0, 1].map((row) => batch.columns.dst_city.get(row))).toEqual(['Sørstad', 'Nordby']);
    expect([0, 1].map((row) => batch.columns.dst_country.get(row))).toEqual(['ZA', 'NO']);
  });

  it('takes the packaged database while a configured file cannot be used', async () => {
    const packaged = [{ covers: 'city' as const, files: [written('stock.mmdb', cityFile('ip-location-db'))] }];
    const locator = await started({ packaged, cityFile: join(folder, 'missing.mmdb') });
    expect(locator.health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('missing.mmdb') });
    expect(locator.place('1.2.3.4')?.city).toBe('Nordby');
    written('missing.mmdb', cityFile('maxmind', 4, 'north'));
    await vi.waitFor(() => expect(locator.place('1.2.3.200')?.city).toBe('Nordby'), 10_000);
  });

  it('says that it knows nothing where no database is there, and that a file has nothing of use', async () => {
    expect((await started({})).health()).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining('no data'),
    });
    const locator = await started({ cityFile: written('asn.mmdb', asnFile()) });
    expect(locator.health().detail).toContain('knows nothing of countries or cities');
    expect(locator.place('1.2.3.4')).toMatchObject({ scope: 'global', country: '' });
  });

  it('is degraded, not blocked, while it builds, and may be stopped then', async () => {
    const options = {
      cityFile: written('city.mmdb', cityFile('maxmind')),
      cacheDir: folder,
      packaged: [],
      log: silentLog,
    };
    const locator = new GeoLocator(options);
    await locator.start();
    expect(locator.health()).toMatchObject({ state: 'degraded', detail: 'building the location tables' });
    expect(locator.place('1.2.3.4')).toMatchObject({ scope: 'global', country: '' });
    await locator.stop();
    await locator.stop();
    expect(locator.health().state).toBe('stopped');
  });
});
