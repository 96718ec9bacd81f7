import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Reader, type Response } from 'mmdb-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CITY_LAYOUTS } from '../../test/support/location-layouts.ts';
import { type Value, writeMmdb } from '../../test/support/mmdb-writer.ts';
import { silentLog } from '../kit/log.ts';
import { formatIp, formatV4, parseIp } from '../model/address.ts';
import { GeoLocator } from './geo-locator.ts';
import { wordAt } from './locate-rows.ts';
import { packagedSources } from './packaged-sources.ts';
import { buildTable } from './table-build.ts';
import { decodeImage } from './table-image.ts';
import { findV4 } from './v4-table.ts';
import { findV6 } from './v6-table.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-table-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Buffer | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

describe('a table from CSV', () => {
  const build = (...texts: string[]) => {
    const files = texts.map((text, at) => file(`${at}.csv`, text));
    const table = decodeImage(buildTable({ covers: 'asn', files }, 'key'));
    const bytes = new Uint8Array(16);
    return (ip: string) => {
      const family = parseIp(ip, bytes);
      const [a, b, c, d] = [0, 4, 8, 12].map((at) => wordAt(bytes, at));
      const at = (family === 4 ? findV4(table.v4, d) : findV6(table.v6, a, b, c, d)) * 2;
      return [table.records[at], table.dictionaries[0].strings[table.records[at + 1]]];
    };
  };

  it('covers from the first to the last address of every line', () => {
    const find = build(
      '1.0.0.0,1.0.0.255,64500,"Example, Inc."\n1.0.1.0,1.0.1.9,64501,"The ""Other"" One"\r\n255.0.0.0,255.255.255.255,64502,Last',
      '2001:200::,2001:200:1b9:ffff:ffff:ffff:ffff:ffff,64503,Six\n2001:200:1ba::5,2001:200:1ba::5,64504,One\n',
    );
    expect(['0.255.255.255', '1.0.0.0', '1.0.0.255', '1.0.1.0', '1.0.1.9', '1.0.1.10'].map(find)).toEqual([
      [0, ''],
      [64500, 'Example, Inc.'],
      [64500, 'Example, Inc.'],
      [64501, 'The "Other" One'],
      [64501, 'The "Other" One'],
      [0, ''],
    ]);
    expect(['254.255.255.255', '255.255.255.255'].map(find)).toEqual([
      [0, ''],
      [64502, 'Last'],
    ]);
    expect(
      [
        '2001:1ff:ffff::',
        '2001:200::',
        '2001:200:1b9:ffff::',
        '2001:200:1ba::4',
        '2001:200:1ba::5',
        '2001:200:1ba::6',
      ].map((ip) => find(ip)[0]),
    ).toEqual([0, 64503, 64503, 0, 64504, 0]);
  });

  it('lets a line win that begins inside the one before', () => {
    const find = build('1.0.0.0,1.0.9.255,64500,A\n1.0.9.0,1.0.9.3,64501,B\n');
    expect(['1.0.8.255', '1.0.9.0', '1.0.9.3', '1.0.9.4'].map((ip) => find(ip)[0])).toEqual([64500, 64501, 64501, 0]);
  });

  it.each([
    '1.0.0.0,1.0.0.255,64500',
    'first,last,asn,name',
    '1.0.0.0,2001:db8::,64500,A',
    '1.0.0.9,1.0.0.1,64500,A',
    '1.0.0.0,1.0.0.1,x,A',
    '2.0.0.0,2.0.0.1,64500,A\n1.0.0.0,1.0.0.1,64500,A',
  ])('refuses %j', (text) => {
    expect(() => build(text)).toThrow(/line \d is/);
  });
});

describe('a damaged MMDB file', () => {
  const layouts = Object.values(CITY_LAYOUTS);
  const entries = Array.from({ length: 60 }, (_, n): [string, Value] => [
    n % 3 === 0 ? `2a00:${n}::/${32 + n}` : `${n + 1}.${n}.0.0/${8 + (n % 24)}`,
    layouts[n % 3]({ country: 'NO', city: `Town ${n}`, lat: n + 0.5, lon: -n - 0.5 }),
  ]);
  const whole = writeMmdb({ ipVersion: 6, recordSize: 28, databaseType: 'Test', entries });

  /** Either a whole table or an error that says something; never a hang, never anything else thrown. */
  function attempt(bytes: Buffer): void {
    try {
      decodeImage(buildTable({ covers: 'city', files: [file('damaged.mmdb', bytes)] }, 'key'));
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).name).toMatch(/^(MmdbError|Error)$/);
    }
  }

  it('is refused when cut short anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(() =>
          buildTable({ covers: 'city', files: [file('cut.mmdb', whole.subarray(0, length))] }, 'key'),
        ).toThrow();
      }),
    );
  });

  it('gives an error or a table when bytes are changed', () => {
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        attempt(bytes);
      }),
      { numRuns: 400 },
    );
  });
});

describe('the packaged databases', () => {
  it('are located as another reader of the same files does', { timeout: 240_000 }, async () => {
    const sources = packagedSources();
    expect(sources.map((source) => source.covers)).toEqual(['city', 'asn']);
    const locator = new GeoLocator({ cacheDir: join(folder, 'packaged'), log: silentLog });
    await locator.start();
    await locator.ready();
    expect(locator.health()).toMatchObject({ state: 'ok' });
    expect(locator.place('8.8.8.8')).toMatchObject({ country: 'US', asn: 15_169 });
    const [four, six] = sources[0].files.map((path) => new Reader<Response>(readFileSync(path)));
    const bytes = new Uint8Array(16);
    let compared = 0;
    for (let n = 0; n < 8000; n++) {
      for (let i = 0; i < 16; i++) bytes[i] = Math.floor(Math.random() * 256);
      // Half of the IPv6 addresses in the /16s that registries give out first, so that most are known.
      bytes.set(n % 4 === 0 ? [0x2a, n & 0x0f] : [0x20 | (bytes[0] & 0x1f)]);
      const ip = n % 2 === 0 ? formatIp(bytes) : formatV4(wordAt(bytes, 12));
      const place = locator.place(ip)!;
      if (place.scope !== 'global' || ip.startsWith('2002:')) continue;
      const truth = (n % 2 === 0 ? six : four).get(ip) as unknown as Record<string, string | number> | null;
      expect({ ip, ...place }).toMatchObject({
        ip,
        country: truth?.country_code ?? '',
        city: truth?.city ?? '',
        lat: typeof truth?.latitude === 'number' ? Number(truth.latitude.toPrecision(7)) : null,
        lon: typeof truth?.longitude === 'number' ? Number(truth.longitude.toPrecision(7)) : null,
      });
      if (truth) compared++;
    }
    expect(compared).toBeGreaterThan(3000);
    await locator.stop();
  });
});
