import type { Application } from '../connection.ts';

/** What a {@link Reader} answers when its direction has nothing more to tell. */
export const STOP = -1;
/** What a {@link Reader} answers when it has put another reader in its place, which is to look at the same bytes. */
export const AGAIN = -2;
/** What a {@link Reader} answers when it needs `half.need` bytes, counted from `start`, to go on. */
export const MORE = 0;

/** The most bytes of a direction that are held while a message is not whole. */
export const MAX_HELD = 16_384;
/** The longest text that is taken over from payload, in characters. */
export const MAX_TEXT = 256;

/**
 * Looks at the bytes of one direction of a stream from where the last look ended, which may be one segment or several.
 *
 * @returns how many bytes are dealt with (also more than there are: the rest is skipped when it comes), or one of
 * {@link STOP}, {@link AGAIN}, {@link MORE}.
 */
export type Reader = (talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number, time: number) => number;

/** Looks at one datagram. @returns whether the next one of this direction is to be shown, too. */
export type DatagramReader = (
  talk: Talk,
  half: Half,
  bytes: Uint8Array,
  start: number,
  end: number,
  time: number,
) => boolean;

/** One direction of a connection as long as it is looked at. */
export class Half {
  readonly fromOrig: boolean;
  read: Reader;
  /** Of datagrams: who reads them, once that is known, and how many came before. */
  datagrams: DatagramReader | undefined = undefined;
  tries = 0;
  /** Bytes that wait for the rest of their message, and how many. */
  buffer: Uint8Array | undefined = undefined;
  held = 0;
  /** Bytes still to come that nobody wants. */
  skip = 0;
  /** Nothing is to be done with fewer bytes. */
  need = 0;
  /** How far, from `start`, the line that is waited for was searched. */
  scanned = 0;
  /** For the reader: where in its protocol it is, and how often it went round. */
  stage = 0;
  rounds = 0;
  /** For readers of lines: how many there were, and how many bytes follow them. */
  lines = 0;
  pending = 0;
  /** Given up for want of room. */
  evicted = false;

  constructor(fromOrig: boolean, read: Reader) {
    this.fromOrig = fromOrig;
    this.read = read;
  }
}

export type Attrs = Record<string, Application['attrs'][string]>;

/** What one protocol keeps of a connection beyond its attributes. */
export interface Session {
  /** Told when the connection is closed. */
  end(): void;
  /** Puts what is known by now into the attributes of `talk`. */
  tell?(talk: Talk): void;
}

/** What is known of the application of one connection. */
export class Talk implements Application {
  readonly slot: number;
  /** Port of the side that answers. */
  readonly port: number;
  service = '';
  domain = '';
  orig: Half | undefined = undefined;
  resp: Half | undefined = undefined;
  session: Session | undefined = undefined;
  #attrs: Attrs = {};

  constructor(slot: number, port: number) {
    this.slot = slot;
    this.port = port;
  }

  /** What else was understood. A session puts its part in when somebody looks. */
  get attrs(): Attrs {
    this.session?.tell?.(this);
    return this.#attrs;
  }

  set attrs(attrs: Attrs) {
    this.#attrs = attrs;
  }

  /** Whether the connection speaks `service` as far as is known; it does from now on when nothing was known. */
  claim(service: string): boolean {
    if (this.service === '') this.service = service;
    return this.service === service;
  }
}

/** Answer of a reader that cannot go on before `bytes` are there; gives up when so many are never held. */
export function needs(half: Half, bytes: number): number {
  if (bytes > MAX_HELD) return STOP;
  half.need = bytes;
  return MORE;
}
