import type { InterfaceCounters, InterfaceReport } from '../../model/exporter.ts';

/** Interfaces of one exporter that are kept; an exporter that invents more is told apart by nothing else. */
const LIMIT = 4096;
/** A counter that went back by more than this share of its range did not wrap: it was reset. */
const WRAP_32 = 2 ** 32;

interface Entry {
  name: string;
  description: string;
  counters: InterfaceCounters | null;
  inBps: number | null;
  outBps: number | null;
}

/** Names and counters of an exporter's interfaces by index. A configured name wins over one from options data. */
export class InterfaceTable {
  readonly #configured: Readonly<Record<number, string>>;
  readonly #entries = new Map<number, Entry>();

  constructor(
    configured: Readonly<Record<number, string>>,
    told: readonly { readonly index: number; readonly name: string; readonly description: string }[],
  ) {
    this.#configured = configured;
    for (const { index, name, description } of told) this.name(index, name, description);
  }

  /** What options data say. Answers whether that is news. */
  name(index: number, name: string, description: string): boolean {
    const entry = this.#entry(index);
    if (!entry) return false;
    const news = (name !== '' && entry.name !== name) || (description !== '' && entry.description !== description);
    if (name !== '') entry.name = name;
    if (description !== '') entry.description = description;
    return news;
  }

  count(index: number, counters: InterfaceCounters): void {
    const entry = this.#entry(index);
    if (!entry) return;
    const before = entry.counters;
    if (before && counters.at > before.at) {
      const seconds = (counters.at - before.at) / 1e6;
      entry.inBps = rate(before.in_octets, counters.in_octets, seconds);
      entry.outBps = rate(before.out_octets, counters.out_octets, seconds);
    }
    entry.counters = counters;
  }

  /** What {@link name} was told, to be kept over a restart. */
  told(): { index: number; name: string; description: string }[] {
    return [...this.#entries]
      .filter(([, entry]) => entry.name !== '' || entry.description !== '')
      .map(([index, { name, description }]) => ({ index, name, description }));
  }

  report(): InterfaceReport[] {
    for (const index of Object.keys(this.#configured)) this.#entry(Number(index));
    return [...this.#entries].map(([index, entry]) => this.#reportOf(index, entry)).sort((a, b) => a.index - b.index);
  }

  #reportOf(index: number, entry: Entry): InterfaceReport {
    const configured = this.#configured[index];
    return {
      index,
      name: configured ?? entry.name,
      description: entry.description,
      named_by: configured !== undefined ? 'configured' : entry.name !== '' ? 'options' : '',
      counters: entry.counters,
      in_bps: entry.inBps,
      out_bps: entry.outBps,
    };
  }

  #entry(index: number): Entry | undefined {
    let entry = this.#entries.get(index);
    if (!entry && this.#entries.size < LIMIT) {
      entry = { name: '', description: '', counters: null, inBps: null, outBps: null };
      this.#entries.set(index, entry);
    }
    return entry;
  }
}

/** Bits a second between two readings; null when unknown or when the counter was reset. */
function rate(before: number | null, after: number | null, seconds: number): number | null {
  if (before === null || after === null) return null;
  let octets = after - before;
  // A 32-bit counter near its end that now is near its start has wrapped; anything else that went back was reset.
  if (octets < 0 && before < WRAP_32 && before > WRAP_32 * 0.75 && after < WRAP_32 * 0.25) octets += WRAP_32;
  return octets < 0 ? null : (octets * 8) / seconds;
}
