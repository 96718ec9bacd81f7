import { describe, expect, it } from 'vitest';
import { bytes, hex, n32 } from './fixtures/bytes.ts';
import { client, inspect, server, UDP } from './fixtures/inspect.ts';
import { crypto, initialPacket } from './fixtures/quic.ts';
import { alpn, clientHello, serverName, supportedVersions } from './fixtures/tls.ts';
import { clientInitialKeys } from './quic-keys.ts';

const ID = hex('8394c8f03e515708');

/** RFC 9001 appendix A.2. */
const FRAMES = hex(`060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868
  04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578
  616d706c652e636f6dff01000100000a00080006001d00170018001000070005
  04616c706e000500050100000000003300260024001d00209370b2c9caa47fba
  baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400
  0d0010000e0403050306030203080408050806002d00020101001c0002400100
  3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000
  75300901100f088394c8f03e51570806048000ffff`);

const HELLO = clientHello({
  ciphers: [0x1301],
  extensions: [serverName('quic.test'), alpn('h3'), supportedVersions(0x0304), [51, new Uint8Array(1300)]],
});

describe('QUIC', () => {
  it('derives the keys of RFC 9001 appendix A.1 and RFC 9369 appendix A.1', () => {
    const first = clientInitialKeys(1, ID);
    expect(first.key.toString('hex')).toBe('1f369613dd76d5467730efcbe3b1a22d');
    expect(first.iv.toString('hex')).toBe('fa044b2f42a3fd3b46fb255c');
    expect(first.headerKey.toString('hex')).toBe('9f50449e04a0e810283a1e9933adedd2');
    const second = clientInitialKeys(0x6b3343cf, ID);
    expect(second.key.toString('hex')).toBe('8b1a0bc121284290a29e0971b5cd045d');
    expect(second.iv.toString('hex')).toBe('91f73e2351d8fa91660e909f');
    expect(second.headerKey.toString('hex')).toBe('45b95e15235d6f45a6b19cbcb0294ba9');
  });

  it('reads the hello of RFC 9001 appendix A.2', () => {
    const packet = Buffer.from(initialPacket({ id: ID, number: 2, frames: FRAMES }));
    // The packet that the appendix shows: its beginning and its end.
    expect(packet.toString('hex')).toMatch(/^c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11/);
    expect(packet.toString('hex')).toMatch(/e221af44860018ab0856972e194cd934$/);
    expect(packet).toHaveLength(1200);
    const told = inspect(UDP, 443, client(packet));
    expect(told).toMatchObject({ service: 'quic', domain: 'example.com', goesOn: [false] });
    expect(told.attrs).toMatchObject({ version: '1', server_name: 'example.com', client_protocol: 'alpn' });
    expect(told.attrs.ja4).toMatch(/^q13d0211an_/);
  });

  it('puts a hello together from pieces in any order and over packets', () => {
    const pieces = [
      crypto(900, HELLO.subarray(900)),
      crypto(0, HELLO.subarray(0, 500)),
      crypto(400, HELLO.subarray(400, 900)),
    ];
    const acknowledged = hex('020500010002030305000000010101');
    const whole = inspect(UDP, 443, client(initialPacket({ id: ID, frames: crypto(0, HELLO), size: 2000 })));
    expect(whole.domain).toBe('quic.test');
    for (const version of [1, 0x6b3343cf]) {
      const datagrams = pieces.map((frames, number) =>
        client(initialPacket({ version, id: ID, number, frames: bytes(1, 0, acknowledged, frames) })),
      );
      const told = inspect(UDP, 443, ...datagrams);
      expect(told).toMatchObject({ service: 'quic', domain: 'quic.test', goesOn: [true, true, false] });
      expect(told.attrs.ja4).toBe(whole.attrs.ja4);
      const together = initialPacket({ version, id: ID, frames: bytes(...pieces), size: 1600 });
      expect(inspect(UDP, 443, client(together)).domain).toBe('quic.test');
    }
    expect(told(bytes(...pieces))).toBe('quic.test');
  });

  it('goes on with the connection id that a server has chosen, and with new keys after a retry', () => {
    const chosen = hex('0102030405');
    const begun = client(initialPacket({ id: ID, frames: crypto(0, HELLO.subarray(0, 600)) }));
    const rest = { id: chosen, number: 1, frames: crypto(600, HELLO.subarray(600)) };
    expect(inspect(UDP, 443, begun, client(initialPacket({ ...rest, keyId: ID }))).domain).toBe('quic.test');
    expect(inspect(UDP, 443, begun, client(initialPacket({ ...rest, token: ID }))).domain).toBe('quic.test');
  });

  it('is recognised where it cannot be read', () => {
    const broken = initialPacket({ id: ID, frames: crypto(0, HELLO) });
    broken[500] ^= 1;
    expect(inspect(UDP, 443, client(broken))).toMatchObject({ service: 'quic', domain: '', goesOn: [true] });
    const header = (version: number, ...rest: number[]) => bytes(0xc0, n32(version), 8, ID, 0, ...rest);
    expect(inspect(UDP, 443, server(header(1)))).toMatchObject({ service: 'quic', attrs: { version: '1' } });
    expect(inspect(UDP, 443, client(header(0xff00001d))).attrs.version).toBe('draft-29');
    expect(inspect(UDP, 443, client(bytes(0x0d, ID, 'Q043', 1))).service).toBe('quic');
    expect(inspect(UDP, 443, server(header(0, 0, 0, 0, 1))).service).toBe('quic');
    expect(inspect(UDP, 443, client(header(0x12345678))).service).toBe('');
  });

  it('waits for eight datagrams and no longer', () => {
    const part = client(initialPacket({ id: ID, frames: crypto(0, HELLO.subarray(0, 600)) }));
    const { goesOn } = inspect(UDP, 443, ...Array.from({ length: 10 }, () => part));
    expect(goesOn).toEqual([...Array.from({ length: 7 }, () => true), false, false, false]);
  });
});

function told(frames: Uint8Array): string {
  return inspect(UDP, 443, client(initialPacket({ id: ID, frames, size: 1700 }))).domain;
}
