import { describe, expect, it } from 'vitest';
import { behindLength, bytes, der, hex, n16, n24, n32 } from './fixtures/bytes.ts';
import { client, inspect, type Sent, server, TCP, UDP } from './fixtures/inspect.ts';
import { clientHello, records, serverName } from './fixtures/tls.ts';

const TPKT_REQUEST = (data: string | Uint8Array) =>
  bytes(3, 0, n16(11 + data.length), 6 + data.length, 0xe0, n16(0), n16(0), 0, data);
const NEGOTIATION = hex('0100080003000000');
const SMB = (mark: number) => bytes(0, n24(40), mark, 'SMB', new Uint8Array(36));
const STARTUP = bytes(n16(3), n16(0), 'user\0alice\0database\0shop\0options\0-c x\0\0');
const GREETING = bytes(10, '8.4.1-log\0', new Uint8Array(60));
const CONNECT = bytes('\0\x04MQTT', 4, 0xc2, n16(60), behindLength(2, 'sensor-7'), behindLength(2, 'bob'));

const principal = (...parts: string[]) =>
  der(0x30, der(0xa0, der(2, 1)), der(0xa1, der(0x30, ...parts.map((part) => der(0x1b, part)))));
const kdcRequest = (tag: number, type: number, withClient: boolean) => {
  const body = [der(0xa0, der(3, 0, 0, 0, 0, 16))];
  if (withClient) body.push(der(0xa1, principal('alice')));
  body.push(der(0xa2, der(0x1b, 'CORP.TEST')), der(0xa3, principal('krbtgt', 'CORP.TEST')));
  const padata = der(0xa3, der(0x30, new Uint8Array(200)));
  return der(tag, der(0x30, der(0xa1, der(2, 5)), der(0xa2, der(2, type)), padata, der(0xa4, der(0x30, ...body))));
};
const AS_REQ = kdcRequest(0x6a, 10, true);
const KRB_ERROR = der(
  0x7e,
  der(
    0x30,
    der(0xa0, der(2, 5)),
    der(0xa1, der(2, 30)),
    der(0xa4, der(0x18, '20260101000000Z')),
    der(0xa6, der(2, 25)),
  ),
);

const CASES: readonly [string, number, readonly Sent[], Record<string, unknown>][] = [
  [
    'ssh',
    2222,
    [server('SSH-2.0-OpenSSH_9.6\r\n'), client('SSH-2.0-PuTTY\r\n')],
    {
      server: 'SSH-2.0-OpenSSH_9.6',
      client: 'SSH-2.0-PuTTY',
      version: 2,
    },
  ],
  ['ssh', 22, [server('SSH-1.5-old\n')], { server: 'SSH-1.5-old', version: 1 }],
  ['ssh', 22, [server('SSH-1.99-both\n')], { server: 'SSH-1.99-both', version: 2 }],
  [
    'ftp',
    2100,
    [server('220-Welcome\r\n220-to our FTP\r\n220 go\r\n'), client('USER bob\r\nPASS secret\r\n')],
    {
      banner: 'to our FTP',
      user: 'bob',
    },
  ],
  ['ftp', 21, [server('220 (vsFTPd 3.0)\r\n'), client('AUTH TLS\r\n')], { banner: '(vsFTPd 3.0)' }],
  ['ftp', 21, [server('421 Too many\r\n')], { banner: 'Too many' }],
  ['ftp', 4000, [server('220 hello\r\n'), client('user anonymous\r\n')], { user: 'anonymous' }],
  [
    'smtp',
    4000,
    [server('220 mx.test ESMTP Postfix\r\n'), client('EHLO me.test\r\n')],
    {
      banner: 'mx.test ESMTP Postfix',
      helo: 'me.test',
    },
  ],
  ['smtp', 4000, [server('220 mx.test\r\n'), client('helo me.test\r\n')], { helo: 'me.test' }],
  ['smtp', 25, [server('554 go away\r\n')], { banner: 'go away' }],
  [
    'pop3',
    4000,
    [server('+OK ready\r\n'), client('CAPA\r\nUSER eve\r\nPASS x\r\n')],
    {
      banner: '+OK ready',
      user: 'eve',
    },
  ],
  ['imap', 4000, [server('* OK [CAPABILITY IMAP4rev1] ready\r\n')], { banner: '* OK [CAPABILITY IMAP4rev1] ready' }],
  ['rdp', 4000, [client(TPKT_REQUEST(bytes('Cookie: mstshash=bob\r\n', NEGOTIATION)))], { cookie: 'bob' }],
  ['rdp', 4000, [client(TPKT_REQUEST(NEGOTIATION))], {}],
  ['rdp', 3389, [client(TPKT_REQUEST(''))], {}],
  ['smb', 4000, [client(SMB(0xff))], { smb_version: '1' }],
  ['smb', 445, [client(SMB(0xff)), server(SMB(0xfe))], { smb_version: '2' }],
  [
    'smb',
    139,
    [
      client(bytes(0x81, n24(68), behindLength(1, 'C'.repeat(32)), 0, behindLength(1, 'D'.repeat(32)), 0, SMB(0xfe))),
      server(bytes(0x82, n24(0))),
      server(SMB(0xfe)),
    ],
    { smb_version: '2' },
  ],
  ['mysql', 4000, [server(bytes(n24(GREETING.length).reverse(), 0, GREETING))], { version: '8.4.1-log' }],
  ['postgresql', 4000, [client(bytes(n32(4 + STARTUP.length), STARTUP))], { user: 'alice', database: 'shop' }],
  [
    'postgresql',
    4000,
    [client(bytes(n32(8), n32(80877103))), client(bytes(n32(4 + STARTUP.length), STARTUP))],
    {
      user: 'alice',
      database: 'shop',
    },
  ],
  ['redis', 6379, [client('*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n'), server('+OK\r\n')], {}],
  ['mqtt', 4000, [client(bytes(0x10, behindLength(1, CONNECT)))], { proto_version: '3.1.1', client_id: 'sensor-7' }],
  [
    'mqtt',
    4000,
    [client(bytes(0x10, behindLength(1, '\0\x04MQTT', 5, 2, n16(60), 3, 0x21, n16(9), behindLength(2, 'five'))))],
    { proto_version: '5.0', client_id: 'five' },
  ],
  [
    'krb_tcp',
    88,
    [client(bytes(n32(AS_REQ.length), AS_REQ)), server(bytes(n32(KRB_ERROR.length), KRB_ERROR))],
    {
      request_type: 'AS',
      client: 'alice/CORP.TEST',
      krb_service: 'krbtgt/CORP.TEST',
      error_code: 25,
      error_msg: 'KDC_ERR_PREAUTH_REQUIRED',
      success: 'F',
    },
  ],
];

/** The same, with the first payload divided at `at`. */
function divided(sent: readonly Sent[], which: number, at: number): Sent[] {
  const { payload } = sent[which];
  const parts = [payload.subarray(0, at), payload.subarray(at)].map((part) => ({ ...sent[which], payload: part }));
  return [...sent.slice(0, which), ...parts, ...sent.slice(which + 1)];
}

describe('streams', () => {
  it.each(CASES)('%s on port %i', (service, port, sent, attrs) => {
    const told = inspect(TCP, port, ...sent);
    expect([told.service, told.attrs]).toEqual([service, attrs]);
  });

  it.each(CASES)('%s on port %i, however it is divided', (service, port, sent, attrs) => {
    for (const [which, { payload }] of sent.entries()) {
      for (let at = 1; at < payload.length; at++) {
        const told = inspect(TCP, port, ...divided(sent, which, at));
        expect([told.service, told.attrs]).toEqual([service, attrs]);
      }
    }
  });

  it.each([
    ['S7', 102, TPKT_REQUEST(hex('c1020100c2020102c0010a'))],
    ['X.224 without anything, on another port', 102, TPKT_REQUEST('')],
    ['zeros', 445, new Uint8Array(200)],
    ['a reply code in a sentence', 4000, Buffer.from('2200 things\r\n')],
    ['noise', 4000, hex('deadbeef00112233445566778899aabbccddeeff')],
  ])('know nothing of %s', (_what, port, payload) => {
    expect(inspect(TCP, port, client(payload), server(payload))).toMatchObject({ service: '', attrs: {} });
  });

  it('keep the first service, and nothing of what another direction looks like', () => {
    const told = inspect(TCP, 22, server('SSH-2.0-a\n'), client('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(told).toMatchObject({ service: 'ssh', domain: '', attrs: { server: 'SSH-2.0-a', version: 2 } });
  });
});

const NTP = (mode: number) =>
  bytes(0x20 | mode, 2, 6, 0xe9, n32(0x00000100), n32(0x00000200), new Uint8Array(28), n32(0xe0000000), n32(0));
const DHCP = (...options: (string | Uint8Array)[]) =>
  bytes(
    1,
    1,
    6,
    0,
    n32(7),
    new Uint8Array(20),
    hex('020000aabbcc'),
    new Uint8Array(202),
    hex('63825363'),
    ...options,
    0xff,
  );

describe('datagrams', () => {
  it.each([
    ['krb', 88, AS_REQ, { request_type: 'AS', client: 'alice/CORP.TEST', krb_service: 'krbtgt/CORP.TEST' }],
    ['krb', 4000, kdcRequest(0x6c, 12, false), { request_type: 'TGS', krb_service: 'krbtgt/CORP.TEST' }],
    ['ntp', 123, NTP(3), { version: 4, mode: 3 }],
    ['ntp', 4000, NTP(4), { version: 4, mode: 4, stratum: 2 }],
    ['ntp', 123, hex('1700032a00000000'), { version: 2, mode: 7 }],
    ['snmp', 4000, der(0x30, der(2, 1), der(4, 'secret'), der(0xa0, der(2, 1))), { version: '2c' }],
    ['snmp', 161, der(0x30, der(2, 3), der(0x30, der(2, 1)), der(4, '')), { version: '3' }],
    [
      'dhcp',
      67,
      DHCP(hex('350101'), hex('0c03'), 'PC1', hex('3204'), hex('0a000007')),
      {
        mac: '02:00:00:aa:bb:cc',
        msg_types: ['DISCOVER'],
        host_name: 'PC1',
        requested_addr: '10.0.0.7',
      },
    ],
  ])('%s on port %i', (service, port, payload, attrs) => {
    const told = inspect(UDP, port, client(payload));
    expect([told.service, told.attrs]).toEqual([service, attrs]);
  });

  it('of DHCP make one conversation', () => {
    const told = inspect(
      UDP,
      67,
      client(DHCP(hex('350101'))),
      client(DHCP(hex('350103'), hex('5107'), hex('000000'), 'A.lo')),
    );
    expect(told.attrs).toMatchObject({ msg_types: ['DISCOVER', 'REQUEST'], client_fqdn: 'a.lo' });
  });

  it('may be of anything three times before they are given up', () => {
    const noise = client(hex('00ff00ff'));
    expect(inspect(UDP, 4000, noise, noise, client(AS_REQ))).toMatchObject({ service: 'krb' });
    expect(inspect(UDP, 4000, noise, noise, noise, client(AS_REQ)).goesOn).toEqual([true, true, false, false]);
  });

  it('of other protocols are not looked at', () => {
    expect(inspect(132, 53, client(AS_REQ))).toMatchObject({ service: '', goesOn: [false] });
  });
});

describe('TLS inside another protocol', () => {
  const hello = records(clientHello({ extensions: [serverName('inside.test')] }));
  const cases: readonly [string, number, readonly Sent[]][] = [
    ['smtp', 25, [server('220 mx ESMTP\r\n'), client(bytes('EHLO me\r\nSTARTTLS\r\n')), client(hello)]],
    ['ftp', 21, [server('220 FTP\r\n'), client(bytes('FEAT\r\nAUTH TLS\r\n', hello))]],
    ['pop3', 110, [server('+OK\r\n'), client('stls\r\n'), client(hello)]],
    ['imap', 143, [server('* OK x\r\n'), client('a1 CAPABILITY\r\n'), client('a2 STARTTLS\r\n'), client(hello)]],
    ['postgresql', 5432, [client(bytes(n32(8), n32(80877103))), server('S'), client(hello)]],
    ['rdp', 3389, [client(TPKT_REQUEST(NEGOTIATION)), client(hello)]],
    ['http', 3128, [client('CONNECT inside.test:443 HTTP/1.1\r\n\r\n'), client(hello)]],
  ];

  it.each(cases)('is read in %s on port %i', (service, port, sent) => {
    const told = inspect(TCP, port, ...sent);
    expect(told).toMatchObject({ service, domain: 'inside.test', attrs: { server_name: 'inside.test' } });
    expect(told.attrs.ja4).toMatch(/^t12d0201/);
    expect(told.goesOn.at(-1)).toBe(false);
  });
});
