import type { ExporterMemory } from '../../model/exporter.ts';
import { Exporter, type ExporterSettings } from './exporter.ts';

/** Exporters kept at most; the one not heard of for longest makes room. */
const LIMIT = 4096;

/** All exporters by address. */
export class ExporterTable {
  readonly #exporters = new Map<string, Exporter>();
  readonly #settings: (address: string) => ExporterSettings;
  readonly #memories: Map<string, ExporterMemory>;
  readonly #limit: number;
  /** Exporters that had to make room. */
  evicted = 0;

  /**
   * @param settings what is configured for an address.
   * @param memories what an earlier process kept.
   */
  constructor(
    settings: (address: string) => ExporterSettings = () => ({}),
    memories: readonly ExporterMemory[] = [],
    limit = LIMIT,
  ) {
    this.#settings = settings;
    this.#memories = new Map(memories.map((memory) => [memory.address, memory]));
    this.#limit = limit;
  }

  /** The exporter with this address (IPv4, or IPv6 in canonical form; mapped IPv4 is written as IPv4). */
  at(address: string): Exporter {
    const known = this.#exporters.get(address);
    if (known) return known;
    if (this.#exporters.size >= this.#limit) this.#evict();
    const exporter = new Exporter(address, this.#settings(address), this.#memories.get(address));
    this.#memories.delete(address);
    this.#exporters.set(address, exporter);
    return exporter;
  }

  all(): IterableIterator<Exporter> {
    return this.#exporters.values();
  }

  get size(): number {
    return this.#exporters.size;
  }

  #evict(): void {
    let oldest: Exporter | undefined;
    for (const exporter of this.#exporters.values())
      if (!oldest || exporter.lastSeen < oldest.lastSeen) oldest = exporter;
    if (!oldest) return;
    this.#exporters.delete(oldest.address);
    this.evicted++;
  }
}
