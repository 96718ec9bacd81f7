import type { Component } from '../kit/component.ts';
import type { EventBatch } from '../model/batch.ts';
import type { Scope } from '../model/kinds.ts';

/** Where an address is and who announces it. Empty strings, 0 and null are "not known". */
export interface Place {
  readonly scope: Scope;
  readonly country: string;
  readonly city: string;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly asn: number;
  readonly org: string;
}

export interface LocatorSource {
  /** What it covers: `city`, `asn`. */
  readonly covers: string;
  readonly name: string;
  /** Licence notice that has to be shown, empty when none is asked for. */
  readonly attribution: string;
  /** ISO date of the database, or null. */
  readonly builtAt: string | null;
  readonly ranges: number;
}

/** Geo and ASN of both addresses of every row; scope and direction too. */
export interface Locator extends Component {
  /** Fills src/dst scope, country, city, lat, lon, asn, org and direction of the rows [from, to). Synchronous. */
  locate(batch: EventBatch, from: number, to: number): void;
  /** One address, for look-ups; undefined when `ip` is no address. */
  place(ip: string): Place | undefined;
  sources(): readonly LocatorSource[];
}
