import { AppError, messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { ExporterMemory } from '../model/exporter.ts';
import type { ExporterTraits, StateStore } from '../stores/state/store.ts';

/** Milliseconds from the first change to writing, so that a device that talks a lot is written once. */
const DELAY_MS = 10_000;
const RETRY_MS = 60_000;

export interface KeptExporter {
  readonly memory: ExporterMemory;
  readonly traits: ExporterTraits;
}

export interface ExporterKeeperParts {
  readonly store: StateStore['exporters'];
  readonly log: Log;
  /** What is to be written of an address, asked when it is written; undefined when it is to be removed. */
  readonly content: (address: string) => KeptExporter | undefined;
  /** Called when the store has it, or will never take it. */
  readonly written: (address: string, lastSeen: number) => void;
}

/** Writes exporters into the state store, a while after they changed and one after the other. */
export class ExporterKeeper {
  readonly #parts: ExporterKeeperParts;
  #waiting = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(parts: ExporterKeeperParts) {
    this.#parts = parts;
  }

  /** Something about this address is to be written, or the address removed. */
  changed(address: string): void {
    this.#waiting.add(address);
    this.#plan(DELAY_MS);
  }

  /** Removes it now. @returns false when the store does not have it. */
  async forget(address: string): Promise<boolean> {
    this.#waiting.delete(address);
    // What is being written must not bring it back.
    await this.#work;
    return this.#parts.store.forget(address);
  }

  /** Writes what waits, once what is being written is done. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#work = this.#work.then(() => this.#write());
    return this.#work;
  }

  /** Writes what waits, and plans nothing more. */
  async stop(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(delay: number): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => void this.flush(), delay);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    const addresses = this.#waiting;
    this.#waiting = new Set();
    for (const address of addresses) {
      try {
        await this.#one(address);
      } catch (error) {
        this.#giveBack(addresses, error);
        return;
      }
      this.#failing = false;
      addresses.delete(address);
    }
  }

  async #one(address: string): Promise<void> {
    const { store, content, written, log } = this.#parts;
    const kept = content(address);
    if (!kept) {
      await store.forget(address);
      return;
    }
    const { memory, traits } = kept;
    try {
      await store.remember(memory, traits);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'INVALID_PARAMETER') throw error;
      log.warn({ address, err: error.message }, 'exporter is not remembered over a restart');
    }
    written(address, traits.last_seen);
  }

  #giveBack(addresses: ReadonlySet<string>, error: unknown): void {
    for (const address of addresses) this.#waiting.add(address);
    if (!this.#failing) this.#parts.log.warn({ err: messageOf(error) }, 'exporters cannot be written; trying again');
    this.#failing = true;
    this.#plan(RETRY_MS);
  }
}
