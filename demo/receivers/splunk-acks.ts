/** How the indexers behind a collector acknowledge. */
export interface AckControls {
  /** Milliseconds until a request counts as indexed. */
  ackDelayMs: number;
  /** Milliseconds after which an answer that nobody asked for is forgotten. */
  ackKeepMs: number;
  /** Share of the requests, 0 to 1, whose acknowledgement gets lost. */
  loseAcks: number;
  /** Outstanding ones a channel takes: code 27 beyond, 25 in its last tenth. */
  maxAcks: number;
}

interface Channel {
  next: number;
  /** When each request is indexed, by its number. */
  readonly ready: Map<number, number>;
}

/** Numbers of requests by channel. Each is told once, and only in this process: a restart begins at 0. */
export class SplunkAcks {
  readonly #channels = new Map<string, Channel>();
  readonly #controls: AckControls;
  readonly #chance: () => number;

  constructor(controls: AckControls, chance: () => number) {
    this.#controls = controls;
    this.#chance = chance;
  }

  /** Requests of this channel that nobody has asked for. */
  waiting(channel: string): number {
    return this.#channels.get(channel)?.ready.size ?? 0;
  }

  /** @returns the `ackId`. */
  begin(name: string, now: number): number {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = { next: 0, ready: new Map() };
      this.#channels.set(name, channel);
    }
    const id = channel.next++;
    const lost = this.#controls.loseAcks > 0 && this.#chance() < this.#controls.loseAcks;
    channel.ready.set(id, lost ? Number.POSITIVE_INFINITY : now + this.#controls.ackDelayMs);
    return id;
  }

  /** Whether each is indexed; one that is will be `false` when asked again, as one that is not known. */
  ask(name: string, ids: readonly number[], now: number): Record<string, boolean> {
    const ready = this.#channels.get(name)?.ready ?? new Map<number, number>();
    return Object.fromEntries(
      ids.map((id) => {
        const at = ready.get(id);
        const indexed = at !== undefined && at <= now;
        if (indexed) ready.delete(id);
        return [String(id), indexed && now - at <= this.#controls.ackKeepMs];
      }),
    );
  }

  forget(): void {
    this.#channels.clear();
  }
}
