import type { Log } from '../../src/kit/log.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { ExporterCounts, ExporterReport } from '../../src/model/exporter.ts';
import type { RememberedExporter, StateStore } from '../../src/stores/state/store.ts';

export const NO_COUNTS: ExporterCounts = {
  datagrams: 0,
  bytes: 0,
  flows: 0,
  options: 0,
  counter_samples: 0,
  lost: 0,
  reordered: 0,
  duplicates: 0,
  restarts: 0,
  malformed: 0,
  without_template: 0,
  limited: 0,
};

/** A state store of exporters in memory, which can be made to fail. */
export class Shelf {
  readonly rows = new Map<string, RememberedExporter>();
  writes = 0;
  failWith: Error | undefined;
  readonly exporters: StateStore['exporters'] = {
    remember: async (memory, { name, first_seen, last_seen, protocols }) => {
      if (this.failWith) throw this.failWith;
      this.writes++;
      const { address } = memory;
      this.rows.set(address, { address, name, firstSeen: first_seen, lastSeen: last_seen, protocols, memory });
    },
    list: async () => [...this.rows.values()].sort((a, b) => b.lastSeen - a.lastSeen),
    forget: async (address) => this.rows.delete(address),
  };
}

export interface LogLine {
  readonly level: string;
  readonly text: string;
  readonly code?: string;
}

/** A log that writes into a list. */
export function logInto(lines: LogLine[]): Log {
  const log = { ...silentLog } as Log;
  const line = (level: string) => (about: { code?: string }, text: string) => {
    lines.push({ level, text, code: about.code });
  };
  return Object.assign(log, { child: () => log, warn: line('warn'), info: line('info') });
}

/** A report of an exporter that sends NetFlow v9. @param at milliseconds since 1970 when it was last heard of. */
export function exporterReport(
  at: number,
  counts: Partial<ExporterCounts> = {},
  more: Partial<ExporterReport> = {},
): ExporterReport {
  return {
    address: '192.0.2.1',
    name: 'edge',
    protocols: ['netflow9'],
    first_seen: at * 1000,
    last_seen: at * 1000,
    counts: { ...NO_COUNTS, ...counts },
    clock_skew: 0.1,
    templates: [],
    sampling: [],
    interfaces: [],
    ...more,
  };
}
