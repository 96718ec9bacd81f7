import type { Health } from '../kit/component.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import { parseIp } from '../model/address.ts';
import type { EventBatch } from '../model/batch.ts';
import { SCOPES, type Scope } from '../model/kinds.ts';
import { AddressClasses, SCOPE_BITS } from './address-classes.ts';
import {
  fillDirection,
  fillSide,
  findCarried,
  type LocationTables,
  Scratch,
  type Side,
  wordAt,
} from './locate-rows.ts';
import { ASN_WIDTH, CITY_WIDTH } from './location-records.ts';
import type { Locator, LocatorSource, Place } from './locator.ts';
import { Organisations } from './organisations.ts';
import { packagedSources } from './packaged-sources.ts';
import { RecentAddresses } from './recent-addresses.ts';
import { DEFAULT_HOME_NETWORKS } from './scopes.ts';
import type { TableSource } from './table-build.ts';
import { emptyTable } from './table-image.ts';
import { TableKeeper } from './table-keeper.ts';
import { TableLoader } from './table-loader.ts';
import { findV4 } from './v4-table.ts';

export interface GeoLocatorOptions {
  /** MMDB file with countries and cities (GEOIP_DB_CITY); the packaged one without it. */
  readonly cityFile?: string;
  /** MMDB file with AS numbers (GEOIP_DB_ASN); the packaged one without it. */
  readonly asnFile?: string;
  /** Folder for the flattened tables; may be shared by several processes. */
  readonly cacheDir: string;
  /** Networks, in CIDR form, that `direction` is seen from; private, link-local and loopback without it. */
  readonly homeNetworks?: readonly string[];
  readonly log: Log;
  readonly metrics?: Metrics;
  /** How often configured files are looked at, in seconds; 5 without it. */
  readonly reloadSeconds?: number;
  /** Databases used where none is configured; those that come with the product without it. */
  readonly packaged?: readonly TableSource[];
}

const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];

/**
 * Locates addresses with flat tables made from MMDB and CSV files. The tables are built once, on another thread, and
 * kept in a folder; until they are there the health is `degraded` and addresses get their scope and direction only.
 */
export class GeoLocator implements Locator {
  readonly name = 'locator';
  readonly #classes: AddressClasses;
  readonly #loader: TableLoader;
  readonly #city: TableKeeper;
  readonly #asn: TableKeeper;
  readonly #organisations = new Organisations();
  readonly #reloadMs: number;
  readonly #log: Log;
  readonly #metrics: Metrics | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #tables: LocationTables = { city: emptyTable('city'), asn: emptyTable('asn') };
  #ready: Promise<void> | undefined;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #scratch = new Scratch(0);
  readonly #recent = new RecentAddresses();

  /** @throws AppError INVALID_ADDRESS for a home network that is none. */
  constructor(options: GeoLocatorOptions) {
    this.#classes = new AddressClasses(options.homeNetworks ?? DEFAULT_HOME_NETWORKS);
    this.#loader = new TableLoader(options.cacheDir, options.log);
    this.#reloadMs = (options.reloadSeconds ?? 5) * 1000;
    this.#log = options.log;
    this.#metrics = options.metrics;
    const packaged = options.packaged ?? packagedSources();
    const keeper = (covers: 'city' | 'asn', file: string | undefined) => {
      const configured = file ? { covers, files: [file] } : undefined;
      const stock = packaged.find((source) => source.covers === covers);
      return new TableKeeper(configured, stock, this.#loader, options.log);
    };
    this.#city = keeper('city', options.cityFile);
    this.#asn = keeper('asn', options.asnFile);
  }

  /** Takes the kept tables; what has to be built is built in the background, see {@link ready}. */
  async start(): Promise<void> {
    if (this.#state === 'running') return;
    this.#state = 'running';
    this.#publishMetrics();
    await Promise.all([this.#city.warm(), this.#asn.warm()]);
    this.#swap();
    this.#ready = this.#each((keeper) => keeper.settle());
    this.#work = this.#ready;
    this.#timer = setInterval(() => this.#poll(), this.#reloadMs).unref();
  }

  /** Settles when what was there at the start is loaded or known to be unusable. */
  ready(): Promise<void> {
    return this.#ready ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    clearInterval(this.#timer);
    await this.#loader.stop();
    await this.#work;
  }

  health(): Health {
    const { city, asn } = this.#tables;
    const figures = {
      city_ranges: city.info.ranges,
      asn_ranges: asn.info.ranges,
      table_bytes: city.bytes + asn.bytes,
    };
    if (this.#state === 'new') return { state: 'starting', figures };
    if (this.#state === 'stopped') return { state: 'stopped', figures };
    const details: string[] = [];
    if (this.#city.building || this.#asn.building) details.push('building the location tables');
    for (const [keeper, what] of [
      [this.#city, 'countries and cities'],
      [this.#asn, 'AS numbers'],
    ] as const) {
      if (keeper.problem) details.push(keeper.problem);
      else if (!keeper.table && !keeper.building && details.length === 0)
        details.push(`no database of ${what} is installed or configured`);
    }
    return details.length > 0 ? { state: 'degraded', detail: details.join('; '), figures } : { state: 'ok', figures };
  }

  locate(batch: EventBatch, from: number, to: number): void {
    if (from >= to) return;
    if (this.#scratch.capacity < to) this.#scratch = new Scratch(batch.capacity);
    const scratch = this.#scratch;
    const { src, dst } = scratch;
    const tables = this.#tables;
    this.#recent.use(tables.city, tables.asn);
    fillSide(sideOf(batch, 'src'), tables, this.#classes, this.#recent, src, scratch, from, to);
    fillSide(sideOf(batch, 'dst'), tables, this.#classes, this.#recent, dst, scratch, from, to);
    fillDirection(batch.columns.direction, src, dst, from, to);
  }

  place(ip: string): Place | undefined {
    const bytes = new Uint8Array(16);
    const family = parseIp(ip, bytes);
    if (family === 0) return undefined;
    const [a, b, c, d] = [0, 4, 8, 12].map((at) => wordAt(bytes, at));
    const scope = (family === 4 ? this.#classes.v4(d) : this.#classes.v6(a, b, c, d)) & SCOPE_BITS;
    const { city, asn } = this.#tables;
    const find = (table: typeof city) => {
      if (scope !== SCOPES.global) return 0;
      return family === 4 ? findV4(table.v4, d) : findCarried(table, this.#classes, a, b, c, d);
    };
    const place = find(city) * CITY_WIDTH;
    const system = find(asn) * ASN_WIDTH;
    return {
      scope: SCOPE_NAMES[scope],
      country: city.dictionaries[0].strings[city.records[place]],
      city: city.dictionaries[1].strings[city.records[place + 1]],
      lat: known(city.floats[place + 2]),
      lon: known(city.floats[place + 3]),
      asn: asn.records[system],
      org: asn.dictionaries[0].strings[asn.records[system + 1]],
    };
  }

  /** Name of an autonomous system; undefined when it is not known. */
  organisation(asn: number): string | undefined {
    return this.#organisations.find(this.#tables.asn, asn);
  }

  sources(): readonly LocatorSource[] {
    const loaded = [this.#city.table, this.#asn.table].filter((table) => table !== undefined);
    return loaded.map(({ info: { covers, name, attribution, builtAt, ranges } }) => {
      return { covers, name, attribution, builtAt, ranges };
    });
  }

  /** Looks at the configured files, unless the last look still goes on. */
  #poll(): void {
    if (!this.#busy) this.#work = this.#each((keeper) => keeper.follow());
  }

  /** One keeper after the other: both at once would need the memory of both. */
  async #each(step: (keeper: TableKeeper) => Promise<unknown>): Promise<void> {
    this.#busy = true;
    try {
      for (const keeper of [this.#asn, this.#city]) {
        if (this.#state !== 'running') return;
        await step(keeper);
        this.#swap();
      }
    } catch (error) {
      this.#log.error({ err: error }, 'the location tables could not be looked after');
    } finally {
      this.#busy = false;
    }
  }

  #publishMetrics(): void {
    this.#metrics?.gauge('vedette_locate_ranges', 'Address ranges known.', ['covers'], (gauge) => {
      gauge.set({ covers: 'city' }, this.#tables.city.info.ranges);
      gauge.set({ covers: 'asn' }, this.#tables.asn.info.ranges);
    });
    this.#metrics?.gauge('vedette_locate_table_bytes', 'Memory of the location tables.', ['covers'], (gauge) => {
      gauge.set({ covers: 'city' }, this.#tables.city.bytes);
      gauge.set({ covers: 'asn' }, this.#tables.asn.bytes);
    });
  }

  #swap(): void {
    const { city, asn } = this.#tables;
    this.#tables = { city: this.#city.table ?? city, asn: this.#asn.table ?? asn };
  }
}

function sideOf(batch: EventBatch, end: 'src' | 'dst'): Side {
  const columns = batch.columns;
  return {
    ip: columns[`${end}_ip`],
    scope: columns[`${end}_scope`],
    country: columns[`${end}_country`],
    city: columns[`${end}_city`],
    lat: columns[`${end}_lat`],
    lon: columns[`${end}_lon`],
    asn: columns[`${end}_asn`],
    org: columns[`${end}_org`],
  };
}

/** Degrees to the seven digits that a Float32 holds; what it says beyond them is noise. */
function known(degrees: number): number | null {
  return Number.isNaN(degrees) ? null : Number(degrees.toPrecision(7));
}
