/** What conversations say: real messages where somebody looks into them, noise elsewhere. Built once, then copied. */
export interface Payloads {
  /** DNS questions and the answers to them, by the same index; the id is written over. */
  readonly questions: readonly Buffer[];
  readonly answers: readonly Buffer[];
  /** The first words of client and server, by port; none for other ports. */
  readonly hello: ReadonlyMap<number, { readonly client: readonly Buffer[]; readonly server: readonly Buffer[] }>;
  /** Bytes that mean nothing. */
  readonly noise: Buffer;
}

const NAMES = 256;
const NOISE = 1 << 16;
const ZONES = ['example.org', 'example.com', 'example.net', 'sub.example.org'];
const HOSTS = ['www', 'mail', 'api', 'cdn', 'img', 'login', 'updates', 'time'];

export function makePayloads(random: () => number): Payloads {
  const names = Array.from({ length: NAMES }, (_, n) => `${HOSTS[n & 7]}${n >> 3}.${ZONES[n & 3]}`);
  const noise = Buffer.alloc(NOISE);
  for (let i = 0; i < NOISE; i++) noise[i] = random() * 256;
  const key = (n: number) => noise.subarray(n * 32, n * 32 + 32);
  return {
    questions: names.map((name, n) => question(name, n % 5 === 0 ? 28 : 1)),
    answers: names.map((name, n) => answer(name, n % 5 === 0 ? 28 : 1, n)),
    hello: new Map([
      [
        80,
        { client: names.map(httpRequest), server: [Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n')] },
      ],
      [443, { client: names.map((name, n) => clientHello(name, key(n))), server: [serverHello(key(300))] }],
      [22, { client: [Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')], server: [Buffer.from('SSH-2.0-OpenSSH_8.9p1\r\n')] }],
    ]),
    noise,
  };
}

function u16(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) buffer.writeUInt16BE(value, i * 2);
  return buffer;
}

/** `name` in the form of RFC 1035 section 3.1. */
function labels(name: string): Buffer {
  const parts = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...parts, Buffer.alloc(1)]);
}

function question(name: string, type: number): Buffer {
  return Buffer.concat([u16(0, 0x0100, 1, 0, 0, 0), labels(name), u16(type, 1)]);
}

function answer(name: string, type: number, n: number): Buffer {
  const address = Buffer.alloc(type === 1 ? 4 : 16, n);
  const record = Buffer.concat([u16(0xc00c, type, 1, 0, 300, address.length), address]);
  return Buffer.concat([u16(0, 0x8180, 1, 1, 0, 0), labels(name), u16(type, 1), record]);
}

function httpRequest(host: string, n: number): Buffer {
  return Buffer.from(`GET /page/${n} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: packet-load/1\r\nAccept: */*\r\n\r\n`);
}

/** Behind a length in 16 bits. */
function sized(...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([u16(content.length), content]);
}

function extension(type: number, ...content: Uint8Array[]): Buffer {
  return Buffer.concat([u16(type), sized(...content)]);
}

/** A record (RFC 8446 section 5.1) with one handshake message in it. */
function handshake(type: number, version: number, ...body: Uint8Array[]): Buffer {
  const content = Buffer.concat(body);
  const message = Buffer.concat([Buffer.from([type, content.length >> 16]), u16(content.length & 0xffff), content]);
  return Buffer.concat([Buffer.from([22]), u16(version), sized(message)]);
}

function clientHello(name: string, random: Uint8Array): Buffer {
  const host = sized(sized(Buffer.from([0]), sized(Buffer.from(name))).subarray(2));
  const extensions = [
    extension(0, host),
    extension(10, sized(u16(29, 23, 24))),
    extension(11, Buffer.from([1, 0])),
    extension(13, sized(u16(0x0403, 0x0804, 0x0401))),
    extension(16, sized(Buffer.from('\x02h2\x08http/1.1', 'latin1'))),
    extension(43, Buffer.from([4, 3, 4, 3, 3])),
  ];
  const ciphers = sized(u16(0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f));
  return handshake(1, 0x0301, u16(0x0303), random, Buffer.alloc(1), ciphers, Buffer.from([1, 0]), sized(...extensions));
}

function serverHello(random: Uint8Array): Buffer {
  const version = extension(43, u16(0x0304));
  return handshake(2, 0x0303, u16(0x0303), random, Buffer.alloc(1), u16(0x1301), Buffer.alloc(1), sized(version));
}
