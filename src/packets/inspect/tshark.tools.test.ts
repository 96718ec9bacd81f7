import { describe, expect, it } from 'vitest';
import { communityId } from '../community-id.ts';
import { behindLength, bytes, hex, n16, n24, n32 } from './fixtures/bytes.ts';
import { dns, RESPONSE } from './fixtures/dns.ts';
import { client, inspect, server, TCP, UDP } from './fixtures/inspect.ts';
import { ip, segment } from './fixtures/pcap.ts';
import { crypto, initialPacket } from './fixtures/quic.ts';
import {
  alpn,
  clientHello,
  groups,
  pointFormats,
  records,
  serverHello,
  serverName,
  supportedVersions,
} from './fixtures/tls.ts';
import { HAVE_TSHARK, tsharkReads } from './fixtures/tshark.ts';

const LOW = hex('0a000001');
const HIGH = hex('c0a80002');
const LOW6 = hex('20010db8000000000000000000000001');
const HIGH6 = hex('fe8000000000000000000000000000ff');

describe.skipIf(!HAVE_TSHARK)('beside tshark', () => {
  it('gives every flow the same Community ID', () => {
    const pairs = [
      [LOW, HIGH],
      [HIGH, LOW],
      [LOW6, HIGH6],
      [HIGH6, LOW6],
    ] as const;
    const packets: Uint8Array[] = [];
    const ids: string[] = [];
    const add = (proto: number, pair: readonly [Uint8Array, Uint8Array], a: number, b: number, data: Uint8Array) => {
      packets.push(ip(proto, pair, data));
      ids.push(communityId(proto, bytes(...pair), 0, pair[0].length, pair[0].length, a, b));
    };
    for (const pair of pairs) {
      for (const proto of [6, 17, 132]) {
        for (const [a, b] of [
          [80, 50_000],
          [50_000, 80],
          [7, 7],
        ])
          add(proto, pair, a, b, segment(proto, [a, b], bytes('x')));
      }
      const icmp = pair[0].length === 4 ? 1 : 58;
      for (let type = 0; type < 256; type++) {
        for (const code of [0, 1]) add(icmp, pair, type, code, bytes(type, code, new Uint8Array(120)));
      }
    }
    const read = tsharkReads(packets, ['communityid'], ['--enable-protocol', 'communityid']);
    // It says nothing of six messages, whose zeros are no valid ones of their type to it.
    expect(read.filter(([id]) => id === '').length).toBeLessThan(20);
    expect(read.map(([id], i) => id || ids[i])).toEqual(ids);
  });

  it('reads the same out of what we make up', () => {
    const hello = clientHello({
      ciphers: [0x0a0a, 0x1301, 0xc02f, 0x00ff],
      extensions: [
        [0x1a1a, new Uint8Array(1)],
        serverName('a.test'),
        groups(0x2a2a, 29, 23),
        pointFormats(0, 1),
        alpn('h2', 'http/1.1'),
        supportedVersions(0x3a3a, 0x0304),
      ],
    });
    const request = bytes('GET /x?y HTTP/1.1\r\nHost: b.test\r\nUser-Agent: me\r\n\r\n');
    const chosen = records(serverHello(0x0303, 0xc02f, [alpn('h2')]));
    const initial = initialPacket({ id: hex('8394c8f03e515708'), frames: crypto(0, hello) });
    const connect = bytes(0x10, behindLength(1, '\0\x04MQTT', 4, 2, n16(60), behindLength(2, 'sensor')));
    const greeting = bytes(10, '8.4.1-log\0', n32(7), '12345678\0', n16(0xffff), 33, n16(2), n16(0xffff), 21);
    const mysql = bytes(greeting, new Uint8Array(10), '123456789012\0', 'mysql_native_password\0');
    const send = (proto: number, ports: readonly [number, number], data: Uint8Array) =>
      ip(proto, [LOW, HIGH], segment(proto, ports, data));
    const read = tsharkReads(
      [
        send(TCP, [50_000, 443], records(hello)),
        send(TCP, [443, 50_001], chosen),
        send(TCP, [50_002, 80], request),
        send(UDP, [50_003, 53], dns({ name: 'C.test', type: 28 })),
        send(UDP, [53, 50_003], dns({ name: 'C.test', type: 28, flags: RESPONSE | 3 })),
        send(UDP, [50_004, 443], initial),
        send(TCP, [50_005, 1883], connect),
        send(TCP, [3306, 50_006], bytes(n24(mysql.length).reverse(), 0, mysql)),
      ],
      ['tls.handshake.extensions_server_name', 'tls.handshake.ja3', 'tls.handshake.ciphersuite', 'http.host'].concat([
        'http.user_agent',
        'dns.qry.name',
        'dns.flags.rcode',
        'mqtt.clientid',
        'mysql.version',
        '_ws.malformed',
      ]),
    );
    const tls = inspect(TCP, 443, client(records(hello))).attrs;
    expect(read[0].slice(0, 2)).toEqual([tls.server_name, tls.ja3]);
    expect(read[1][2]).toBe('0xc02f');
    expect(inspect(TCP, 443, server(chosen)).attrs.cipher).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256');
    const http = inspect(TCP, 80, client(request)).attrs;
    expect(read[2].slice(3, 5)).toEqual([http.host, http.user_agent]);
    expect(read[3].slice(5, 7)).toEqual(['C.test', '']);
    expect(read[4].slice(5, 7)).toEqual(['C.test', '3']);
    expect(inspect(UDP, 53, client(dns({ name: 'C.test' }))).domain).toBe('c.test');
    const quic = inspect(UDP, 443, client(initial)).attrs;
    expect(read[5].slice(0, 2)).toEqual([quic.server_name, quic.ja3]);
    expect(read[6][7]).toBe('sensor');
    expect(read[7][8]).toBe('8.4.1-log');
    expect(read.map((fields) => fields[9] ?? '')).toEqual(read.map(() => ''));
  });
});
