import { ByteWindow } from './byte-window.ts';
import { CaptureError, notACapture } from './capture-error.ts';
import { compressionOf } from './compression.ts';
import { emptyPacket, type OnProblem, type Packet } from './packet.ts';
import type { PacketFormat } from './packet-format.ts';
import { isPcap, PcapReader, unknownPcapVersion } from './pcap-reader.ts';
import { isPcapng, PcapngReader, unknownPcapngVersion } from './pcapng-reader.ts';
import { type Peeked, peek } from './peek.ts';

/** Bytes that tell what a file is. */
const HEAD = 32;

/** The first bytes of a file and the whole of it, both inflated where it is compressed in a way that is understood. */
export async function openBytes(source: AsyncIterable<Uint8Array>, onProblem: OnProblem): Promise<Peeked> {
  const raw = await peek(source, HEAD);
  const compression = compressionOf(raw.head);
  return compression ? peek(compression.inflate(raw.all, onProblem), HEAD) : raw;
}

/**
 * Reads a capture piece by piece, with memory that does not grow with it and nothing allocated for a packet:
 *
 *     const reader = await openCapture(createReadStream(file), onProblem);
 *     while (await reader.more()) while (reader.next()) use(reader.packet);
 */
export class CaptureReader {
  /** Reused; see {@link Packet}. */
  readonly packet: Packet = emptyPacket();
  readonly format: 'pcap' | 'pcapng' | 'empty';
  readonly #window: ByteWindow;
  readonly #packets: PacketFormat;
  readonly #onProblem: OnProblem;
  #ended = false;

  /** @throws CaptureError for a file that is no capture; one that is only too short to tell is a problem instead. */
  constructor({ head, all }: Peeked, onProblem: OnProblem) {
    this.#window = new ByteWindow(all);
    this.#onProblem = onProblem;
    const version = unknownPcapVersion(head) ?? unknownPcapngVersion(head);
    if (version) throw new CaptureError(`It is a capture of version ${version}, which is not known.`);
    if (isPcap(head)) {
      this.format = 'pcap';
      this.#packets = new PcapReader(this.#window, this.packet, onProblem);
    } else if (isPcapng(head)) {
      this.format = 'pcapng';
      this.#packets = new PcapngReader(this.#window, this.packet, onProblem);
    } else if (head.length < 4) {
      this.format = 'empty';
      this.#packets = { done: false, next: () => false, rest: () => tooShort(head.length) };
    } else throw notACapture(head);
  }

  /** Reads on. Answers false when the file is over: all packets have been given, and all problems been told. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    if (!this.#packets.done && (await this.#window.fill())) return true;
    this.#ended = true;
    const rest = this.#packets.rest();
    if (rest) this.#onProblem(rest);
    await this.close();
    return false;
  }

  /** Moves {@link packet} on; false when {@link more} has to be called first. */
  next(): boolean {
    return this.#packets.next();
  }

  /** Ends reading early. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#window.close();
  }
}

/** Opens a pcap or pcapng file, plain, gzip or zstd, from the chunks it comes in. @throws CaptureError when it is neither. */
export async function openCapture(source: AsyncIterable<Uint8Array>, onProblem: OnProblem): Promise<CaptureReader> {
  return new CaptureReader(await openBytes(source, onProblem), onProblem);
}

function tooShort(bytes: number): string {
  return bytes === 0 ? 'The file is empty.' : `The file ends after ${bytes} bytes, too early to tell what it is.`;
}
