import { flowProtocolOf } from '../decoders/flow/flow-decoder.ts';
import type { FlowProtocol } from '../model/exporter.ts';
import { exportTime, messageLength } from './flow-messages.ts';
import { TemplateWalker } from './template-walker.ts';

/** Where the sequence number of a protocol stands, and what tells its streams apart. */
interface Stream {
  readonly walker: TemplateWalker | undefined;
  /** Added to every sequence number of this pass. */
  shift: number;
  /** First number of this pass, and the one that would follow its last; undefined before the first. */
  first: number | undefined;
  next: number;
}

/** Makes the datagrams of a file look as if they had just been made, and each pass over it as if it followed the last. */
export class FlowRewriter {
  readonly #now: boolean;
  readonly #count: boolean;
  readonly #streams = new Map<string, Stream>();

  /**
   * @param now write the current time into headers, and move the absolute times of records with it.
   * @param passes how often the file is sent: with one, no sequence number has to change.
   */
  constructor(now: boolean, passes: number) {
    this.#now = now;
    this.#count = passes > 1;
  }

  /**
   * Changes `bytes[start..end)` in place.
   * @param peer who sent it at the time.
   * @param now microseconds since 1970.
   */
  rewrite(view: DataView, start: number, end: number, peer: string, now: number): void {
    if (!this.#now && !this.#count) return;
    // Files hold datagrams in which several messages were glued together.
    for (let at = start; at < end; ) {
      const protocol = flowProtocolOf(view, at, end);
      const length = messageLength(view, at, end);
      if (!protocol || length < 0) return;
      const stop = Math.min(end, at + length);
      if (stop - at >= headerLength(protocol, view, at, stop)) this.#message(protocol, view, at, stop, peer, now);
      at = stop;
    }
  }

  /** The next datagram is the first of the file again. */
  nextPass(): void {
    for (const stream of this.#streams.values()) {
      if (stream.first !== undefined) stream.shift = (stream.shift + stream.next - stream.first) >>> 0;
      stream.first = undefined;
    }
  }

  #message(protocol: FlowProtocol, view: DataView, at: number, end: number, peer: string, now: number): void {
    const [key, sequenceAt] = streamOf(protocol, view, at);
    const stream = this.#stream(`${peer} ${protocol} ${key}`, protocol);
    const told = exportTime(view, at, end);
    const shift = this.#now && !Number.isNaN(told) ? now - told : 0;
    const records = stream.walker?.walk(view, at, end, shift) ?? 0;
    if (shift !== 0) writeTime(protocol, view, at, now);
    if (!this.#count) return;
    const advance = protocol === 'netflow5' ? view.getUint16(at + 2) : protocol === 'ipfix' ? records : 1;
    const sequence = view.getUint32(sequenceAt);
    const next = (sequence + advance) >>> 0;
    if (stream.first === undefined) {
      stream.first = sequence;
      stream.next = next;
    } else if (((next - stream.next) | 0) > 0) stream.next = next;
    view.setUint32(sequenceAt, sequence + stream.shift);
  }

  #stream(key: string, protocol: FlowProtocol): Stream {
    let stream = this.#streams.get(key);
    if (!stream) {
      const templates = protocol === 'ipfix' || protocol === 'netflow9';
      stream = { walker: templates ? new TemplateWalker(protocol) : undefined, shift: 0, first: undefined, next: 0 };
      this.#streams.set(key, stream);
    }
    return stream;
  }
}

function headerLength(protocol: FlowProtocol, view: DataView, at: number, end: number): number {
  if (protocol === 'netflow5') return 24;
  if (protocol === 'netflow9') return 20;
  if (protocol === 'ipfix') return 16;
  return end - at >= 8 && view.getUint32(at + 4) === 2 ? 40 : 28;
}

/** What is counted by itself, and where its number stands. */
function streamOf(protocol: FlowProtocol, view: DataView, at: number): [key: string, sequenceAt: number] {
  switch (protocol) {
    case 'netflow5':
      // Version 7 has nothing where version 5 has the engine.
      return [`${view.getUint16(at)} ${view.getUint16(at) === 5 ? view.getUint16(at + 20) : 0}`, at + 16];
    case 'netflow9':
      return [String(view.getUint32(at + 16)), at + 12];
    case 'ipfix':
      return [String(view.getUint32(at + 12)), at + 8];
    case 'sflow': {
      const address = view.getUint32(at + 4) === 2 ? 16 : 4;
      const agent = Array.from({ length: address / 4 + 1 }, (_, word) => view.getUint32(at + 8 + word * 4));
      return [agent.join(' '), at + 8 + address + 4];
    }
  }
}

function writeTime(protocol: FlowProtocol, view: DataView, at: number, now: number): void {
  const seconds = Math.floor(now / 1e6);
  if (protocol === 'ipfix') view.setUint32(at + 4, seconds);
  else if (protocol !== 'sflow') view.setUint32(at + 8, seconds);
  if (protocol === 'netflow5') view.setUint32(at + 12, Math.floor(now - seconds * 1e6) * 1000);
}
