import type { Application, Inspector } from '../connection.ts';
import { dnsReaders } from './dns-reader.ts';
import type { OnDns } from './dns-talk.ts';
import { HalfBuffers } from './half-buffers.ts';
import { quicReader } from './quic-reader.ts';
import { type DatagramRecogniser, datagramRecogniser, tryAgain } from './recognise-datagram.ts';
import { streamRecogniser } from './recognise-stream.ts';
import { AGAIN, Half, MORE, type Reader, STOP, Talk } from './talk.ts';

const TCP = 6;
const UDP = 17;
const ORIG = 1;
const RESP = 2;
const BOTH = ORIG | RESP;
const NOTHING: Application = { service: '', domain: '', attrs: {} };
const FIRST_SLOTS = 1024;
const BUFFER_BYTES = 8 * 1024 * 1024;

export interface InspectorOptions {
  /** Told of every DNS query, when its answer comes or when it is clear that none will. */
  readonly onDns?: OnDns;
  /** Room for messages that are not whole yet, in bytes; 8 MB by default. */
  readonly bufferBytes?: number;
}

/**
 * Recognises protocols by their content, and reads names, versions and fingerprints out of their first messages. A
 * direction that has told what there is, or that nobody understands, is not looked at again; memory is bounded.
 */
export class PayloadInspector implements Inspector {
  readonly #recogniseStream: Reader;
  readonly #recogniseDatagram: DatagramRecogniser;
  readonly #buffers: HalfBuffers;
  /** By slot: the directions that are over, as bits. */
  #over = new Uint8Array(FIRST_SLOTS);
  readonly #talks: (Talk | undefined)[] = [];

  constructor(options: InspectorOptions = {}) {
    const dns = dnsReaders(options.onDns);
    this.#recogniseStream = streamRecogniser(dns.stream);
    this.#recogniseDatagram = datagramRecogniser(dns.datagram, quicReader());
    this.#buffers = new HalfBuffers(options.bufferBytes ?? BUFFER_BYTES);
  }

  /** Bytes held for messages that are not whole yet. */
  get heldBytes(): number {
    return this.#buffers.used;
  }

  /** Directions given up for want of room. */
  get evicted(): number {
    return this.#buffers.evicted;
  }

  payload(
    slot: number,
    proto: number,
    port: number,
    fromOrig: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    time: number,
  ): boolean {
    const direction = fromOrig ? ORIG : RESP;
    if ((this.#over[slot] & direction) !== 0) return false;
    if (proto !== TCP && proto !== UDP) return false;
    if (start >= end) return true;
    const talk = this.#talks[slot] ?? this.#open(slot, port);
    const half = this.#half(talk, fromOrig);
    const goesOn =
      proto === TCP
        ? this.#stream(talk, half, bytes, start, end, time)
        : this.#datagram(talk, half, bytes, start, end, time);
    if (!goesOn) this.#end(talk, half, direction);
    return goesOn;
  }

  /** It belongs to the connection: more may be added to it until {@link close}. */
  application(slot: number): Application {
    return this.#talks[slot] ?? NOTHING;
  }

  close(slot: number): void {
    if (slot < this.#over.length) this.#over[slot] = 0;
    const talk = this.#talks[slot];
    if (talk === undefined) return;
    talk.session?.end();
    if (talk.orig) this.#buffers.release(talk.orig);
    if (talk.resp) this.#buffers.release(talk.resp);
    this.#talks[slot] = undefined;
  }

  #open(slot: number, port: number): Talk {
    if (slot >= this.#over.length) {
      const larger = new Uint8Array(Math.max(slot + 1, 2 * this.#over.length));
      larger.set(this.#over);
      this.#over = larger;
    }
    // Without holes: places are given in any order, and an array with large gaps is a slow one.
    while (this.#talks.length < this.#over.length) this.#talks.push(undefined);
    const talk = new Talk(slot, port);
    this.#talks[slot] = talk;
    return talk;
  }

  #half(talk: Talk, fromOrig: boolean): Half {
    if (fromOrig) {
      talk.orig ??= new Half(true, this.#recogniseStream);
      return talk.orig;
    }
    talk.resp ??= new Half(false, this.#recogniseStream);
    return talk.resp;
  }

  /** From now on {@link payload} answers at once. */
  #end(talk: Talk, half: Half, direction: number): void {
    this.#buffers.release(half);
    if (half.fromOrig) talk.orig = undefined;
    else talk.resp = undefined;
    const { slot } = talk;
    this.#over[slot] |= direction;
    if (this.#over[slot] === BOTH && talk.service === '') this.#talks[slot] = undefined;
  }

  #datagram(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number, time: number): boolean {
    half.datagrams ??= this.#recogniseDatagram(talk, bytes, start, end);
    if (half.datagrams) return half.datagrams(talk, half, bytes, start, end, time);
    return tryAgain(half);
  }

  #stream(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number, time: number): boolean {
    let at = start;
    while (at < end) {
      if (half.evicted) return false;
      if (half.skip > 0) {
        const skipped = Math.min(half.skip, end - at);
        half.skip -= skipped;
        at += skipped;
      } else if (half.buffer) {
        const taken = this.#buffers.append(half, bytes, at, end);
        if (taken === 0) return false;
        at += taken;
        const used = run(talk, half, half.buffer, 0, half.held, time);
        if (used < 0) return false;
        if (used > 0) this.#buffers.drop(half, used);
      } else {
        const used = run(talk, half, bytes, at, end, time);
        if (used < 0) return false;
        at += used;
        if (at < end) at += this.#buffers.append(half, bytes, at, end);
      }
    }
    return true;
  }
}

/** Lets readers look at [start, end) until they need more. @returns how many bytes they are done with, or STOP. */
function run(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number, time: number): number {
  let at = start;
  while (at < end && end - at >= half.need) {
    half.need = 0;
    const used = half.read(talk, half, bytes, at, end, time);
    if (used === STOP) return STOP;
    if (used === AGAIN) continue;
    if (used === MORE) {
      half.need = Math.max(half.need, end - at + 1);
      break;
    }
    half.scanned = 0;
    at += used;
  }
  if (at <= end) return at - start;
  half.skip = at - end;
  return end - start;
}
