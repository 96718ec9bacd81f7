/**
 * One packet of a capture. The object is reused: it, and the bytes it points to, hold until the reader is asked for the
 * next packet or for more of the file; what has to stay is copied.
 */
export interface Packet {
  /** Holds the packet at [start, end), beginning with its link layer; what lies around it is never read. */
  bytes: Uint8Array;
  /** Over the same memory: `view.getUint16(start)` is the first number of the packet. */
  view: DataView;
  start: number;
  end: number;
  /** `end - start`. */
  capturedLength: number;
  /** Bytes that the packet had on the wire; more than were captured where the capture cut it. */
  originalLength: number;
  /** Microseconds since 1970, with a fraction where the file is finer; NaN where it gives no time (simple packets). */
  time: number;
  /** LINKTYPE_ number, see {@link ./link-types.ts}. */
  linkType: number;
  /** Number of the interface in its section (pcapng); 0 in pcap. */
  interfaceId: number;
}

/** Told once for everything in a file that could not be used: one sentence for a person, without the name of the file. */
export type OnProblem = (text: string) => void;

/** The largest packet, or block that has to be held, in bytes. Longer ones exist in no network: the file is damaged. */
export const MAX_PACKET = 16 * 1024 * 1024;

export function emptyPacket(): Packet {
  const bytes = new Uint8Array(0);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    start: 0,
    end: 0,
    capturedLength: 0,
    originalLength: 0,
    time: Number.NaN,
    linkType: 0,
    interfaceId: 0,
  };
}
