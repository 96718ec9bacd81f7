import { describe, expect, it } from 'vitest';
import { behindLength, bytes, der, hex, n16, n32 } from './fixtures/bytes.ts';
import { dns, QUESTION, RESPONSE } from './fixtures/dns.ts';
import { crypto, initialPacket } from './fixtures/quic.ts';
import { alpn, clientHello, groups, records, serverHello, serverName, supportedVersions } from './fixtures/tls.ts';
import { PayloadInspector } from './payload-inspector.ts';

const RUNS = 100_000;
const SLOTS = 64;
const BUFFERS = 200_000;
const PORTS = [53, 80, 443, 5353, 137, 88, 123, 21, 25, 3389, 445, 4711];
const TCP = 6;
const UDP = 17;

const HELLO = clientHello({ extensions: [serverName('a.test'), alpn('h2'), groups(29), supportedVersions(0x0304)] });
const RECORD = { name: QUESTION, type: 5, data: bytes(3, 'www', QUESTION) };
const ANSWER = dns({ flags: RESPONSE, answers: [RECORD, RECORD, { ...RECORD, type: 16 }] });
const TICKET = der(0x6a, der(0x30, der(0xa1, der(2, 5)), der(0xa4, der(0x30, der(0xa2, der(0x1b, 'REALM'))))));

const CORPUS: readonly Uint8Array[] = [
  dns(),
  ANSWER,
  behindLength(2, ANSWER),
  records(HELLO),
  records(HELLO, 9),
  records(serverHello(0x0303, 0x1301, [alpn('h2')])),
  initialPacket({ id: hex('8394c8f03e515708'), frames: crypto(0, HELLO), size: 300 }),
  bytes('GET /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nbodyx'),
  bytes('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n'),
  bytes('SSH-2.0-x\r\n'),
  bytes('220-a\r\n220 b\r\n'),
  bytes('EHLO x\r\nUSER y\r\n'),
  bytes(3, 0, n16(19), 14, 0xe0, n32(0), 0, hex('0100080003000000')),
  bytes(0, 0, 0, 40, 0xfe, 'SMB', new Uint8Array(36)),
  bytes(n32(TICKET.length), TICKET),
  TICKET,
  bytes(n32(24), n16(3), n16(0), 'user\0bob\0\0', 0, 0, 0),
  bytes(0x10, 18, '\0\x04MQTT', 5, 2, 0, 60, 0, 0, 5, 'abcde'),
  bytes('*1\r\n$4\r\nPING\r\n'),
  bytes(60, 0, 0, 0, 10, '8.0.1\0', new Uint8Array(54)),
  bytes(1, 1, 6, 0, new Uint8Array(232), hex('63825363350101'), 12, 3, 'abc', 255),
  bytes(0x23, new Uint8Array(47)),
  der(0x30, der(2, 1), der(4, 'x'), der(0xa0, '')),
];

/** A seeded source of whole numbers below a limit (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof randomFrom>;

/** One of the corpus with bits turned, numbers at their limits, pieces gone, repeated, or those of another. */
function mutated(random: Random): Uint8Array {
  let payload = Uint8Array.from(CORPUS[random(CORPUS.length)]) as Uint8Array;
  for (let i = random(4); i >= 0; i--) {
    const at = random(payload.length + 1);
    const other = CORPUS[random(CORPUS.length)];
    switch (random(6)) {
      case 0:
        payload[at] ^= 1 << random(8);
        break;
      case 1:
        payload[at] = [0, 1, 0x7f, 0x80, 0xc0, 0xff][random(6)];
        break;
      case 2:
        payload = payload.slice(0, at);
        break;
      case 3:
        payload = bytes(payload.subarray(0, at), payload.subarray(at + random(20)));
        break;
      case 4:
        payload = bytes(payload.subarray(0, at), payload.subarray(0, at), payload.subarray(at));
        break;
      default:
        payload = bytes(payload.subarray(0, at), other.subarray(random(other.length)));
    }
  }
  return payload.subarray(0, 9000);
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

describe('damaged payload', () => {
  it('never throws, never loops, and stays within its limits', { timeout: 120_000 }, () => {
    const random = randomFrom(20_260_101);
    let told = 0;
    const inspector = new PayloadInspector({ bufferBytes: BUFFERS, onDns: () => told++ });
    const services = new Set<string>();
    for (let run = 0; run < RUNS; run++) {
      const payload = mutated(random);
      const slot = random(SLOTS);
      const start = random(2) * random(Math.min(8, payload.length));
      const fromOrig = random(2) === 0;
      const [proto, port] = [random(2) === 0 ? TCP : UDP, PORTS[random(PORTS.length)]];
      inspector.payload(slot, proto, port, fromOrig, payload, start, payload.length, run);
      const { service, domain, attrs } = inspector.application(slot);
      services.add(service);
      if (sizeOf(attrs) > 10_000 || domain.length > 1024) throw new Error(`too much: ${sizeOf(attrs)} of ${service}`);
      if (random(3) === 0) inspector.close(slot);
    }
    expect(inspector.heldBytes).toBeLessThanOrEqual(BUFFERS);
    expect(told).toBeGreaterThan(100);
    expect([...services].sort()).toEqual(
      ['', 'dhcp', 'dns', 'ftp', 'http', 'krb', 'krb_tcp', 'mdns', 'mqtt', 'mysql', 'nbns', 'ntp'].concat([
        'postgresql',
        'quic',
        'rdp',
        'redis',
        'smb',
        'smtp',
        'snmp',
        'ssh',
        'ssl',
      ]),
    );
    for (let slot = 0; slot < SLOTS; slot++) inspector.close(slot);
    expect(inspector.heldBytes).toBe(0);
  });

  it('says the same of a stream in one piece and in many', () => {
    const random = randomFrom(7);
    for (let run = 0; run < 2000; run++) {
      const payload = mutated(random);
      const port = PORTS[random(PORTS.length)];
      const whole = new PayloadInspector();
      const pieces = new PayloadInspector();
      whole.payload(0, TCP, port, true, payload, 0, payload.length, 0);
      let more = true;
      for (let at = 0; at < payload.length && more; ) {
        const end = Math.min(payload.length, at + 1 + random(random(2) === 0 ? 3 : 200));
        more = pieces.payload(0, TCP, port, true, payload, at, end, 0);
        at = end;
      }
      expect(structuredClone(pieces.application(0).attrs)).toEqual(structuredClone(whole.application(0).attrs));
      expect(pieces.application(0).service).toBe(whole.application(0).service);
    }
  });
});
