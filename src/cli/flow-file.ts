import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Datagram } from '../decoders/flow/datagram.ts';
import { flowProtocolOf } from '../decoders/flow/flow-decoder.ts';
import { CaptureError } from '../packets/capture-error.ts';
import { CaptureReader, openBytes } from '../packets/capture-reader.ts';
import { linkTypeName } from '../packets/link-types.ts';
import type { OnProblem } from '../packets/packet.ts';
import { UdpDatagrams } from '../packets/udp-datagrams.ts';
import { captureHint } from './capture-files.ts';
import { CliError, EXIT } from './exit.ts';
import { exportTime, looksLikeExport } from './flow-messages.ts';
import type { Io } from './io.ts';
import { RawMessages } from './raw-messages.ts';

/** Ports to which flows are usually sent. There the version decides, so that broken exports are seen as well. */
const USUAL_PORTS: ReadonlySet<number> = new Set([
  2055, 2056, 4432, 4739, 4740, 6343, 9025, 9026, 9555, 9991, 9993, 9995, 9996,
]);

/** The exporter of messages in a raw file, which says nothing about where they came from. */
const UNKNOWN_PEER = 'unknown';

/** Flow datagrams of one file. `datagram` is reused and holds until `next` or `more` is called. */
export interface FlowFile {
  readonly datagram: Datagram;
  /** Address of the sender. */
  readonly peer: string;
  /** Microseconds since 1970 at which it was captured; NaN where the file does not tell. */
  readonly time: number;
  more(): Promise<boolean>;
  next(): boolean;
  close(): Promise<void>;
  /** What was found besides, for a file in which no flow export was found. */
  found(): string;
}

/**
 * Opens a capture, or a file of flow messages, plain, gzip or zstd; `-` is stdin.
 * @param ports look only at datagrams to these, whatever is in them; undefined is any that look like flow exports.
 * @throws CliError with exit code 3 when it cannot be read or is something else.
 */
export async function openFlowFile(
  name: string,
  io: Pick<Io, 'stdin' | 'cwd'>,
  ports: ReadonlySet<number> | undefined,
  onProblem: OnProblem,
): Promise<FlowFile> {
  const { source, at } = openSource(name, io);
  const readable = readErrors(name, source);
  const peeked = await openBytes(readable, onProblem);
  const { head } = peeked;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const label = name === '-' ? 'stdin' : name;
  if (flowProtocolOf(view, 0, head.length)) return new RawFile(new RawMessages(peeked.all, onProblem), label, at);
  try {
    return new CaptureFile(new CaptureReader(peeked, onProblem), label, at, ports);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    await peeked.all[Symbol.asyncIterator]().return?.();
    const what = error.message.replace(
      'not a pcap or pcapng file',
      'neither a capture (pcap, pcapng) nor flow messages',
    );
    throw new CliError(EXIT.input, `${name} cannot be read. ${what}`, captureHint(error.is, 'decode'));
  }
}

/** `at`: when the file was written, for messages without any time. */
function openSource(name: string, io: Pick<Io, 'stdin' | 'cwd'>): { source: AsyncIterable<Uint8Array>; at: number } {
  if (name === '-') return { source: io.stdin, at: Date.now() * 1000 };
  const file = resolve(io.cwd, name);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) throw new CliError(EXIT.input, `${name} does not exist.`);
  if (stats.isDirectory()) throw new CliError(EXIT.input, `${name} is a folder.`, `vedette decode ${name}/*`);
  return {
    source: createReadStream(file, { highWaterMark: 256 * 1024 }),
    at: Math.floor(stats.mtimeMs) * 1000,
  };
}

async function* readErrors(name: string, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw new CliError(EXIT.input, `${name} cannot be read: ${(error as Error).message}.`);
  }
}

function emptyDatagram(source: string): Datagram {
  const bytes = new Uint8Array(0);
  return { bytes, view: new DataView(bytes.buffer), start: 0, end: 0, receivedAt: 0, port: 0, source };
}

class RawFile implements FlowFile {
  readonly datagram: Datagram;
  readonly peer = UNKNOWN_PEER;
  readonly time = Number.NaN;
  readonly #messages: RawMessages;
  readonly #at: number;

  constructor(messages: RawMessages, source: string, at: number) {
    this.datagram = emptyDatagram(source);
    this.#messages = messages;
    this.#at = at;
  }

  more(): Promise<boolean> {
    return this.#messages.more();
  }

  next(): boolean {
    if (!this.#messages.next()) return false;
    const { datagram } = this;
    const { bytes, view, start, end } = this.#messages;
    datagram.bytes = bytes;
    datagram.view = view;
    datagram.start = start;
    datagram.end = end;
    const told = exportTime(view, start, end);
    datagram.receivedAt = Number.isNaN(told) ? this.#at : told;
    return true;
  }

  close(): Promise<void> {
    return this.#messages.close();
  }

  found(): string {
    return 'no flow message';
  }
}

class CaptureFile implements FlowFile {
  readonly datagram: Datagram;
  peer = '';
  time = Number.NaN;
  readonly #reader: CaptureReader;
  readonly #udp = new UdpDatagrams();
  readonly #at: number;
  readonly #ports: ReadonlySet<number> | undefined;

  constructor(reader: CaptureReader, source: string, at: number, ports: ReadonlySet<number> | undefined) {
    this.#reader = reader;
    this.datagram = emptyDatagram(source);
    this.#at = at;
    this.#ports = ports;
  }

  more(): Promise<boolean> {
    return this.#reader.more();
  }

  next(): boolean {
    while (this.#reader.next()) {
      if (this.#udp.find(this.#reader.packet) && this.#isWanted()) {
        this.#give();
        return true;
      }
    }
    return false;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  found(): string {
    const { packets, datagrams, unknownLinks } = this.#udp.counts;
    const links = [...unknownLinks].map(
      ([link, count]) => `${count} packets of ${linkTypeName(link)} were not looked into`,
    );
    const incomplete = this.#udp.incomplete;
    if (incomplete > 0) links.push(`${incomplete} fragmented packets did not become whole`);
    return [`${packets} packets, ${datagrams} of them UDP`, ...links].join('; ');
  }

  #isWanted(): boolean {
    const { view, start, end, destinationPort } = this.#udp.datagram;
    if (this.#ports) return this.#ports.has(destinationPort);
    if (USUAL_PORTS.has(destinationPort) && flowProtocolOf(view, start, end)) return true;
    return looksLikeExport(view, start, end);
  }

  #give(): void {
    const { datagram } = this;
    const { bytes, view, start, end, time, source, sourcePort } = this.#udp.datagram;
    datagram.bytes = bytes;
    datagram.view = view;
    datagram.start = start;
    datagram.end = end;
    datagram.port = sourcePort;
    this.peer = source;
    this.time = time;
    const told = Number.isNaN(time) ? exportTime(view, start, end) : time;
    datagram.receivedAt = Number.isNaN(told) ? this.#at : told;
  }
}
