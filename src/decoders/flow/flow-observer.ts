import type { FlowProtocol, InterfaceCounters, TemplateReport } from '../../model/exporter.ts';
import type { Exporter } from './exporter.ts';

/** A value of an options record: numbers up to 2^53, text (addresses, strings, larger numbers), or several. */
export type FieldValue = number | string | boolean | readonly FieldValue[];

/** An options record with its fields under their names. */
export interface OptionsRecord {
  readonly protocol: FlowProtocol;
  readonly domain: number;
  readonly template: number;
  readonly scope: Readonly<Record<string, FieldValue>>;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** Somebody who wants to see what is not a flow: `vedette decode --all`. Never set in the collector. */
export interface FlowObserver {
  template(exporter: Exporter, template: TemplateReport): void;
  options(exporter: Exporter, record: OptionsRecord): void;
  /** sFlow counter samples; `fields` holds whatever counter records were understood, under their names. */
  counters(
    exporter: Exporter,
    index: number,
    counters: InterfaceCounters | null,
    fields: Readonly<Record<string, FieldValue>>,
  ): void;
}
