import { describe, expect, it } from 'vitest';
import { behindLength, bytes, hex, n16, n32 } from './fixtures/bytes.ts';
import { dns, dnsName, QUESTION, RESPONSE } from './fixtures/dns.ts';
import { client, inspect, server, TCP, UDP } from './fixtures/inspect.ts';

const A = { name: QUESTION, type: 1, data: Uint8Array.of(93, 184, 216, 34) };

describe('DNS', () => {
  it('joins query and answer under Zeek’s names', () => {
    const told = inspect(UDP, 53, client(dns(), 10), server(dns({ flags: RESPONSE, answers: [A] }), 10.25));
    expect(told.service).toBe('dns');
    expect(told.domain).toBe('example.com');
    expect(told.attrs).toEqual({
      query: 'example.com',
      qtype: 1,
      qtype_name: 'A',
      qclass: 1,
      qclass_name: 'C_INTERNET',
      rcode: 0,
      rcode_name: 'NOERROR',
      answers: ['93.184.216.34'],
      TTLs: [300],
      dns_queries: 1,
      dns_answers: 1,
      dns_rtt: 0.25,
    });
    expect(told.goesOn).toEqual([true, true]);
  });

  it('tells every query of a connection, those without an answer last', () => {
    const told = inspect(
      UDP,
      53,
      client(dns({ id: 1, name: 'a.test' }), 1),
      client(dns({ id: 2, name: 'b.test', type: 28 }), 2),
      client(dns({ id: 1, name: 'a.test' }), 3),
      client(dns({ id: 3, name: 'c.test' }), 4),
      server(dns({ id: 2, name: 'B.test', type: 28, flags: 0x8583 }), 5),
      server(dns({ id: 1, name: 'a.test', flags: RESPONSE }), 6),
    );
    expect(told.dns.map((m) => [m.query, m.qtypeName, m.rcodeName, m.rtt, m.sent, m.authoritative])).toEqual([
      ['b.test', 'AAAA', 'NXDOMAIN', 3, 1, true],
      ['a.test', 'A', 'NOERROR', 5, 2, false],
      ['c.test', 'A', '', Number.NaN, 1, false],
    ]);
    expect(told.attrs).toMatchObject({ query: 'a.test', dns_queries: 4, dns_answers: 2, dns_nxdomain: 1, dns_rtt: 3 });
    expect(told.dns[0].queryBytes).toBe(dns({ name: 'b.test' }).length);
  });

  it('gives up the oldest query when too many wait', () => {
    const queries = Array.from({ length: 100 }, (_, id) => client(dns({ id, name: `${id}.test` }), id));
    const { dns: told, attrs } = inspect(UDP, 53, ...queries);
    expect(told.map((message) => message.query)).toEqual(queries.map((_, id) => `${id}.test`));
    expect(attrs.dns_queries).toBe(100);
  });

  it('shows addresses and names, and of other records what they are and how long', () => {
    const answers = [
      { name: QUESTION, type: 5, data: bytes(3, 'www', QUESTION) },
      { name: QUESTION, type: 28, data: hex('20010db8000000000000000000000001') },
      { name: QUESTION, type: 15, data: bytes(n16(10), dnsName('mx.test')) },
      { name: QUESTION, type: 33, data: bytes(n16(1), n16(2), n16(443), dnsName('srv.test')) },
      { name: QUESTION, type: 16, data: behindLength(1, 'v=spf1 \\ \x00') },
      { name: QUESTION, type: 65, data: new Uint8Array(45) },
      { name: QUESTION, type: 5, data: Uint8Array.of(0xc0, 0xff) },
    ];
    const told = inspect(UDP, 53, server(dns({ flags: RESPONSE, answers })));
    expect(told.attrs.answers).toEqual([
      'www.example.com',
      '2001:db8::1',
      'mx.test',
      'srv.test',
      'TXT 10 v=spf1 \\x5C \\x00',
      'HTTPS 45',
      'CNAME 2',
    ]);
    expect(told.dns[0]).toMatchObject({ sent: 0, rtt: Number.NaN, queryBytes: 0 });
  });

  it('keeps 20 answers', () => {
    const answers = Array.from({ length: 30 }, (_, i) => ({ ...A, ttl: i }));
    const { attrs } = inspect(UDP, 53, server(dns({ flags: RESPONSE, answers })));
    expect(attrs.answers).toHaveLength(20);
    expect(attrs.TTLs).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('puts the high bits of EDNS before the response code', () => {
    const additional = [{ name: '.', type: 41, ttl: 0x01000000, data: new Uint8Array(0) }];
    const { attrs } = inspect(UDP, 53, server(dns({ flags: RESPONSE, additional })));
    expect(attrs).toMatchObject({ rcode: 16, rcode_name: 'BADVERS', answers: [] });
  });

  it('writes bytes that would be misread as escapes, in lower case otherwise', () => {
    const name = bytes(6, 'A.b \\\x80', 3, 'Com', 0);
    expect(inspect(UDP, 53, client(dns({ name }))).domain).toBe('a\\x2Eb\\x20\\x5C\\x80.com');
    expect(inspect(UDP, 53, client(dns({ name: '.', type: 2 }))).domain).toBe('.');
  });

  it('follows pointers back only, and takes no name of more than 255 octets', () => {
    const looping = [bytes(0xc0, 12), bytes(1, 'a', 0xc0, 12), bytes(0xc0, 14), bytes(0xc0, 0xff)];
    for (const name of looping) expect(inspect(UDP, 53, client(dns({ name }))).service).toBe('');
    const long = Array.from({ length: 4 }, () => 'x'.repeat(63)).join('.');
    expect(inspect(UDP, 53, client(dns({ name: long }))).service).toBe('');
    expect(inspect(UDP, 53, client(dns({ name: long.slice(2) }))).domain).toHaveLength(253);
    expect(inspect(UDP, 53, client(dns({ name: bytes(0x40, 'a', 0) }))).service).toBe('');
  });

  it('takes what the capture left of a message', () => {
    const answers = [A, A, A];
    const whole = dns({ flags: RESPONSE, answers });
    for (let cut = 1; cut < 48; cut++) {
      const { attrs, domain } = inspect(UDP, 53, server(whole.subarray(0, whole.length - cut)));
      expect(domain).toBe('example.com');
      expect(attrs.answers).toHaveLength(3 - Math.ceil(cut / 16));
    }
  });

  it('is recognised on any port when all of it is DNS', () => {
    expect(inspect(UDP, 9999, client(dns())).service).toBe('dns');
    expect(inspect(UDP, 9999, client(bytes(dns(), 0))).service).toBe('');
    expect(inspect(UDP, 9999, client(dns({ type: 4711 }))).service).toBe('');
    expect(inspect(TCP, 9999, client(behindLength(2, dns()))).service).toBe('dns');
  });

  it('names mDNS and LLMNR, and reads mDNS without questions', () => {
    const unasked = bytes(n16(0), n16(0x8400), n16(0), n16(1), n32(0), dnsName('printer.local'), n16(1), n16(0x8001));
    const answer = bytes(unasked, n32(120), n16(4), Uint8Array.of(10, 0, 0, 9));
    const told = inspect(UDP, 5353, client(answer));
    expect(told).toMatchObject({ service: 'mdns', domain: 'printer.local' });
    expect(told.attrs).toMatchObject({ answers: ['10.0.0.9'], qclass_name: 'C_INTERNET' });
    expect(inspect(UDP, 5353, client(dns({ id: 0 })), client(dns({ id: 0 }))).dns).toHaveLength(2);
    expect(inspect(UDP, 5355, client(dns({ flags: 0 }))).service).toBe('llmnr');
  });

  it('reads the names of NetBIOS', () => {
    const told = inspect(UDP, 137, client(dns({ name: 'FHEPFCELEHFCEPFFFACACACACACACAAA', type: 32, flags: 0x0110 })));
    expect(told).toMatchObject({ service: 'nbns', domain: 'workgroup' });
    expect(told.attrs.qtype_name).toBe('NB');
  });

  it('reads all messages of a stream, however it is divided', () => {
    const answer = dns({ id: 2, name: 'two.test', flags: RESPONSE, answers: [A] });
    const asked = bytes(
      behindLength(2, dns({ id: 1, name: 'one.test' })),
      behindLength(2, dns({ id: 2, name: 'two.test' })),
    );
    const whole = inspect(TCP, 53, client(asked, 1), server(behindLength(2, answer), 2));
    expect(whole.dns.map((message) => [message.query, message.rcode])).toEqual([
      ['two.test', 0],
      ['one.test', -1],
    ]);
    for (let at = 1; at < asked.length; at++) {
      const parts = [client(asked.subarray(0, at), 1), client(asked.subarray(at), 1)];
      const divided = inspect(TCP, 53, ...parts, server(behindLength(2, answer), 2));
      expect([divided.dns, divided.attrs]).toEqual([whole.dns, whole.attrs]);
    }
  });
});
