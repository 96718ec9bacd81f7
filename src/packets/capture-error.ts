/** A file that is no capture. The message is a sentence for a person that says what it is instead. */
export class CaptureError extends Error {
  /** What the file seems to be, as in "a zip archive"; empty when nothing is known about it. */
  readonly is: string;

  constructor(message: string, is = '') {
    super(message);
    this.name = 'CaptureError';
    this.is = is;
  }
}

interface Magic {
  readonly bytes: readonly number[];
  readonly is: string;
}

const text = (value: string): number[] => [...value].map((character) => character.charCodeAt(0));

/** What people have beside captures, by first bytes. */
const OTHERS: readonly Magic[] = [
  { bytes: text('snoop\0\0\0'), is: 'a snoop capture (RFC 1761)' },
  { bytes: text('btsnoop\0'), is: 'a Bluetooth capture (btsnoop)' },
  { bytes: text('GMBU'), is: 'a capture of Microsoft Network Monitor 2' },
  { bytes: text('RTSS'), is: 'a capture of Microsoft Network Monitor 1' },
  { bytes: text('TRSNIFF data    \x1a'), is: 'a capture of the DOS Sniffer' },
  { bytes: text('XCP\0'), is: 'a capture of NetXRay' },
  { bytes: text('\x7fver'), is: 'a capture of Omnipeek' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: 'compressed with zstd' },
  { bytes: [0x04, 0x22, 0x4d, 0x18], is: 'compressed with lz4' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: 'compressed with xz' },
  { bytes: text('BZh'), is: 'compressed with bzip2' },
  { bytes: text('PK\x03\x04'), is: 'a zip archive' },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf], is: 'a 7z archive' },
  { bytes: [0x1f, 0x8b], is: 'compressed with gzip twice' },
  { bytes: [0x0c, 0xa5], is: 'a file of nfcapd, which stores flows in a form of its own' },
  { bytes: text('CHDR'), is: 'a file of flow-tools' },
  { bytes: text('SiLK'), is: 'a file of SiLK' },
  { bytes: [0xde, 0xad, 0xbe, 0xef], is: 'a file of SiLK' },
  { bytes: text('#separator'), is: 'a Zeek log' },
  { bytes: text('<?xml'), is: 'XML' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], is: 'a program' },
];

/** The error for a file that begins with `head` and is neither pcap nor pcapng. */
export function notACapture(head: Uint8Array): CaptureError {
  const known = OTHERS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (known) return new CaptureError(`It is ${known.is}, not a pcap or pcapng file.`, known.is);
  const start = Buffer.from(head.subarray(0, 16));
  if (start.every((byte) => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13))) {
    const is = /^\s*[[{]/.test(start.toString('latin1')) ? 'JSON' : 'text';
    return new CaptureError(`It is ${is}, not a pcap or pcapng file.`, is);
  }
  const hex = [...start.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new CaptureError(`It is neither a pcap nor a pcapng file: it begins with the bytes ${hex}.`);
}
