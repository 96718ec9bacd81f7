import type { Conversation } from '../office.ts';

/** What an exporter tells at once of a conversation: all of it, or what it was since it was last told of. */
export interface Piece {
  readonly conversation: Conversation;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly sent: number;
  readonly received: number;
  /** Whether the conversation is over with it. */
  readonly last: boolean;
}

/** Seconds after which a conversation that goes on is told of (the active timeout). */
const ACTIVE_TIMEOUT = 60;

/** Conversations as the flow cache of a device holds them: they come out when they end, long ones in pieces. */
export class FlowCache {
  #pieces: Piece[] = [];

  add(conversation: Conversation): void {
    const { at, duration, sent, received } = conversation;
    const count = Math.max(1, Math.ceil(duration / ACTIVE_TIMEOUT));
    for (let n = 0; n < count; n++) {
      // Differences of rounded sums: the pieces add up to the conversation.
      const share = (total: number) => Math.round((total * (n + 1)) / count) - Math.round((total * n) / count);
      this.#pieces.push({
        conversation,
        start: Math.round((at + (duration * n) / count) * 1000),
        end: Math.round((at + (duration * (n + 1)) / count) * 1000),
        sent: share(sent),
        received: share(received),
        last: n === count - 1,
      });
    }
  }

  /** Takes out what is over at `now`, milliseconds since 1970. */
  take(now: number): Piece[] {
    const due = this.#pieces.filter((piece) => piece.end <= now);
    this.#pieces = this.#pieces.filter((piece) => piece.end > now);
    return due;
  }
}

/** Packets that so many bytes take. */
export function packetsOf(bytes: number): number {
  return bytes === 0 ? 0 : Math.max(1, Math.ceil(bytes / 1_200));
}

/** Numbers of the protocols that the office speaks. */
export const PROTOCOLS = { tcp: 6, udp: 17, icmp: 1 } as const;
