import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../kit/errors.ts';
import { bytesOf, decode } from './fixtures/decode.ts';

const FLOW = { ts: 1713484795, src_ip: '192.0.2.1', dst_ip: '198.51.100.2', proto: 'tcp', bytes: 10 };
const flow = (n: number) => ({ ...FLOW, src_port: n });

function codeOf(body: unknown, encoding = 'auto', options = {}): ErrorCode | undefined {
  try {
    decode(body, encoding, options);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return undefined;
}

describe('the body', () => {
  const ports = (body: unknown) => decode(body).events.map((event) => event.src_port);

  it.each([
    ['an array', [flow(1), flow(2)], [1, 2]],
    ['an object around records', { records: [flow(1), flow(2)] }, [1, 2]],
    ['one object', flow(1), [1]],
    ['lines', `${JSON.stringify(flow(1))}\n${JSON.stringify(flow(2))}\n`, [1, 2]],
    [
      'lines with CR, blank lines and no last line end',
      `\r\n${JSON.stringify(flow(1))}\r\n\r\n${JSON.stringify(flow(2))}`,
      [1, 2],
    ],
    ['lines of arrays and envelopes', `[${JSON.stringify(flow(1))}]\n{"records":[${JSON.stringify(flow(2))}]}`, [1, 2]],
    ['pretty-printed', JSON.stringify([flow(1), flow(2)], undefined, 2), [1, 2]],
    ['with a byte order mark', `\ufeff${JSON.stringify([flow(1)])}`, [1]],
  ])('may be %s', (_, body, expected) => {
    expect(ports(body)).toEqual(expected);
  });

  it('names its format and collector before or after the records', () => {
    const conn = { ts: 1, uid: 'C1', 'id.orig_h': '192.0.2.1' };
    for (const body of [
      { collector_id: 'lab', format: 'zeek.conn.v1', records: [conn] },
      { records: [conn], type: 'zeek', collector_id: 'lab' },
    ])
      expect(decode(body).events).toEqual([
        { ts: 1e6, kind: 2, source: 'lab', uid: 'C1', src_ip: '192.0.2.1', exporter: 'lab' },
      ]);
  });

  it('prefers what the record says of its exporter to the collector, and the body to the request', () => {
    const body = { collector_id: 'lab', records: [flow(1), { ...flow(2), exporter: 'edge' }] };
    const { events } = decode(body, 'auto', {}, { collectorId: 'header' });
    expect(events.map((event) => event.exporter)).toEqual(['lab', 'edge']);
    expect(decode([flow(1)], 'auto', {}, { collectorId: 'header' }).events[0].exporter).toBe('header');
  });

  it.each<[string, unknown, ErrorCode]>([
    ['nothing', '', 'EMPTY_BATCH'],
    ['white space', ' \n ', 'EMPTY_BATCH'],
    ['an empty array', [], 'EMPTY_BATCH'],
    ['no records', { records: [] }, 'EMPTY_BATCH'],
    ['a number', '1', 'NOT_AN_OBJECT'],
    ['null', 'null', 'NOT_AN_OBJECT'],
    ['a record that is a string', [FLOW, 'x'], 'NOT_AN_OBJECT'],
    ['a record that is an array', [[FLOW]], 'NOT_AN_OBJECT'],
    ['records that are no array', { records: FLOW }, 'NOT_AN_OBJECT'],
    ['a line that is no object', `${JSON.stringify(FLOW)}\n7`, 'NOT_AN_OBJECT'],
    ['two values on a line', `${JSON.stringify(FLOW)} ${JSON.stringify(FLOW)}`, 'INVALID_JSON'],
    ['a torn line', `${JSON.stringify(FLOW)}\n{"ts":17134`, 'INVALID_JSON'],
    ['a torn array', `[${JSON.stringify(FLOW)},`, 'INVALID_JSON'],
    ['not JSON', 'ts=1', 'INVALID_JSON'],
    ['bytes that are not UTF-8', Uint8Array.of(123, 34, 255, 34, 58, 49, 125), 'INVALID_UTF8'],
    ['an unknown format', { format: 'netflix', records: [FLOW] }, 'UNKNOWN_FORMAT'],
  ])('is refused as a whole for %s', (_, body, code) => {
    expect(codeOf(body)).toBe(code);
  });

  it('is refused for an encoding that is not known', () => {
    expect(codeOf([FLOW], 'protobuf')).toBe('UNKNOWN_FORMAT');
  });

  it('may have so many records and no more', () => {
    expect(decode([flow(1), flow(2)], 'auto', { maxRecords: 2 }).events).toHaveLength(2);
    expect(codeOf([flow(1), flow(2), flow(3)], 'auto', { maxRecords: 2 })).toBe('TOO_MANY_RECORDS');
    expect(codeOf(`[${'{},'.repeat(10_000)}{}]`)).toBe('TOO_MANY_RECORDS');
  });

  it('may be nested 64 levels deep', () => {
    const nested = (depth: number) => `[{"ts":1,"src_ip":"192.0.2.1","x":${'['.repeat(depth)}${']'.repeat(depth)}}]`;
    expect(decode(nested(62)).events).toHaveLength(1);
    expect(codeOf(nested(63))).toBe('INVALID_JSON');
    expect(codeOf(nested(100_000))).toBe('INVALID_JSON');
  });

  it('says where it is not JSON', () => {
    expect(() => decode('[{"ts":1},\n {"ts":01}]')).toThrow('"1" is not JSON here (line 2, byte 9).');
    expect(() => decode('[{"ts":1}')).toThrow('The body ends in the middle of a JSON value (line 1, byte 10).');
  });
});

describe('a bad record', () => {
  it.each([
    [
      'no time',
      { ts: undefined },
      'MISSING_TIME',
      'The record has no time: one of "ts", "time", "@timestamp" is required.',
    ],
    ['a time that is null', { ts: null }, 'MISSING_TIME', /one of/],
    [
      'a time that is none',
      { ts: 'soon' },
      'INVALID_TIME',
      '"ts" is "soon", which is not a Unix time or an ISO 8601 date and time.',
    ],
    ['a time that is true', { ts: true }, 'INVALID_TIME', /"ts" is true/],
    ['a time before 1970', { ts: -1 }, 'OUT_OF_RANGE', /1970 to 2199/],
    ['a time far ahead', { ts: '2200-01-01T00:00:00Z' }, 'OUT_OF_RANGE', /1970 to 2199/],
    ['a huge time', { ts: 1e300 }, 'OUT_OF_RANGE', /1970 to 2199/],
    ['a bad address', { src_ip: '192.0.2.256' }, 'INVALID_ADDRESS', /not an IPv4 or IPv6 address/],
    ['an address that is a number', { dst_ip: 5 }, 'INVALID_ADDRESS', /"dst_ip" is 5/],
    ['an address with a zone', { dst_ip: 'fe80::1%eth0' }, 'INVALID_ADDRESS', /%eth0/],
    [
      'a port out of range',
      { src_port: 65536 },
      'OUT_OF_RANGE',
      '"src_port" is 65536, which is not a whole number from 0 to 65535.',
    ],
    ['a negative port', { src_port: -1 }, 'OUT_OF_RANGE', /65535/],
    ['a broken port', { src_port: 1.5 }, 'OUT_OF_RANGE', /65535/],
    ['a port that is a word', { src_port: 'http' }, 'WRONG_TYPE', /"http"/],
    ['a port that is an object', { src_port: {} }, 'WRONG_TYPE', /is {}/],
    ['bytes that are a list', { bytes: [1] }, 'WRONG_TYPE', /is \[1\]/],
    ['bytes past 2^53', { bytes: 2 ** 53 }, 'OUT_OF_RANGE', /9007199254740991/],
    ['a protocol that is none', { proto: 'ipx' }, 'INVALID_PROTOCOL', /"ipx"/],
    ['a protocol out of range', { proto: 256 }, 'INVALID_PROTOCOL', /255/],
    ['a negative duration', { duration: -1 }, 'OUT_OF_RANGE', /at least 0/],
    ['flags that are none', { tcp_flags: 'SYN' }, 'WRONG_TYPE', /CEUAPRSF/],
    ['an app that is an object', { app: { a: 1 } }, 'WRONG_TYPE', /string/],
    ['an app that is too long', { app: 'x'.repeat(2000) }, 'WRONG_TYPE', /x\.\.\., which/],
    ['tags that are no strings', { tags: [1] }, 'WRONG_TYPE', /list of strings/],
    ['a domain that is a flag', { domain: false }, 'WRONG_TYPE', /"domain" is false/],
  ])('with %s is rejected alone', (_, change, reason, detail) => {
    const bad = { ...FLOW, domain: 'half.example', other: 1, ...change };
    const { events, rejected } = decode([flow(1), bad, flow(3)], 'flows.v1');
    expect(events.map((event) => event.src_port)).toEqual([1, 3]);
    expect(events[1]).not.toHaveProperty('domain');
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ index: 1, reason, text: JSON.stringify(bad) });
    expect(rejected[0].detail).toMatch(detail);
  });

  it('with sampled counters past 2^53 is rejected', () => {
    const record = { ts: 1, ip_src: '192.0.2.1', bytes: 2 ** 50, sampling_rate: 1000 };
    expect(decode(record).rejected).toMatchObject([{ reason: 'OUT_OF_RANGE' }]);
  });

  it('of which nothing tells the format is rejected, unless the format is named', () => {
    expect(decode([{ ts: 1, x: 2 }]).rejected).toMatchObject([{ reason: 'UNKNOWN_FORMAT' }]);
    expect(decode([{ ts: 1, x: 2 }], 'zeek').rejected).toMatchObject([{ reason: 'UNKNOWN_FORMAT' }]);
    expect(decode([{ ts: 1, x: 2 }], 'flows.v1').events).toMatchObject([{ ts: 1e6, attrs: '{"x":2}' }]);
  });
});

describe('a record', () => {
  it('may be of another format than its neighbours', () => {
    const { events } = decode([
      FLOW,
      { ts: 1, 'id.orig_h': '192.0.2.1', query: 'a.example', qtype_name: 'A' },
      { time_flow_start_ns: 1e18, src_addr: '192.0.2.1' },
      FLOW,
    ]);
    expect(events.map((event) => event.kind)).toEqual([1, 3, 1, 1]);
  });

  it('may write keys and values with escapes', () => {
    const text = String.raw`{"\u0074s":"\u0031","src\u005fip":"192\u002e0.2.1","src_port":"\u0038","domain":"\ud83d\ude00\u00e9.example","app":"a\"b","proto":"t\u0063p"}`;
    expect(decode(text).events).toEqual([
      { ts: 1e6, kind: 1, src_ip: '192.0.2.1', src_port: 8, proto: 6, domain: '😀é.example', app: 'a"b' },
    ]);
  });

  it('carries a lone surrogate as the replacement character, and unchanged in attrs', () => {
    const [event] = decode(String.raw`{"ts":1,"src_ip":"192.0.2.1","domain":"\ud800x","z":"\ud800"}`).events;
    expect(event.domain).toBe('\ufffdx');
    expect(event.attrs).toBe(String.raw`{"z":"\ud800"}`);
  });

  it('counts the last of a key that comes twice', () => {
    expect(decode('{"ts":1,"ts":2,"src_ip":"192.0.2.1"}').events).toEqual([{ ts: 2e6, kind: 1, src_ip: '192.0.2.1' }]);
  });

  it('takes another spelling where the preferred one says nothing', () => {
    const { events } = decode([
      { ts: null, time: 5, '@timestamp': 6, src_ip: '192.0.2.1' },
      { ts: 4, time: 5, '@timestamp': null, src_ip: '192.0.2.1' },
      { ts: '-', time: null, '@timestamp': 6, src_ip: '', src: '192.0.2.2' },
    ]);
    expect(events).toEqual([
      { ts: 5e6, kind: 1, src_ip: '192.0.2.1', attrs: '{"@timestamp":6}' },
      { ts: 4e6, kind: 1, src_ip: '192.0.2.1', attrs: '{"time":5,"@timestamp":null}' },
      { ts: 6e6, kind: 1, src_ip: '192.0.2.2' },
    ]);
  });

  it('keeps other keys in its own bytes', () => {
    const text =
      '{"ts": 1, "a" : [ 1,2 ],\n "__proto__": {"x": 1e999}, "src_ip": "192.0.2.1", "": -0, "constructor": ""}';
    expect(decode(text).events[0].attrs).toBe('{"a" : [ 1,2 ],\n "__proto__": {"x": 1e999},"": -0, "constructor": ""}');
  });

  it('may have more fields than are noted in the first pass', () => {
    const wide = (n: number) =>
      `{"ts":1,"src_ip":"192.0.2.${n}",${Array.from({ length: 40_000 }, (_, i) => `"k${i}":${n}`).join(',')}}`;
    const body = `{"records":[${Array.from({ length: 30 }, (_, n) => wide(n)).join(',')}],"collector_id":"late"}`;
    const { events } = decode(body);
    expect(events).toHaveLength(30);
    for (const [n, event] of events.entries()) {
      expect(event).toMatchObject({ src_ip: `192.0.2.${n}`, exporter: 'late' });
      expect(JSON.parse(String(event.attrs)).k39999).toBe(n);
    }
  });
});

describe('lenient', () => {
  const lines = [
    JSON.stringify(flow(1)),
    '{"ts":17',
    JSON.stringify(flow(3)),
    '[]',
    '5',
    '\u0000',
    JSON.stringify(flow(7)),
  ];

  it('rejects only the line that is wrong', () => {
    const { events, rejected } = decode(lines.join('\n'), 'auto', { lenient: true });
    expect(events.map((event) => event.src_port)).toEqual([1, 3, 7]);
    expect(rejected.map(({ index, reason, text }) => [index, reason, text])).toEqual([
      [1, 'INVALID_JSON', '{"ts":17'],
      [3, 'EMPTY_BATCH', '[]'],
      [4, 'NOT_AN_OBJECT', '5'],
      [5, 'INVALID_JSON', '\u0000'],
    ]);
  });

  it('rejects a line that is not UTF-8', () => {
    const body = Uint8Array.of(...bytesOf(`${lines[0]}\n`), 34, 0xc3, 34, 10, ...bytesOf(lines[2]));
    const { events, rejected } = decode(body, 'auto', { lenient: true });
    expect(events).toHaveLength(2);
    expect(rejected).toMatchObject([{ index: 1, reason: 'INVALID_UTF8' }]);
  });

  it('is chosen by where the bytes come from, and has no limit of records', () => {
    const lenient = (context: { source: string }) => context.source.startsWith('file:');
    expect(decode(lines.join('\n'), 'auto', { lenient }, { source: 'file:a' }).events).toHaveLength(3);
    expect(() => decode(lines.join('\n'), 'auto', { lenient }, { source: 'http' })).toThrow(AppError);
    expect(decode([flow(1), flow(2)], 'auto', { lenient: true, maxRecords: 1 }).events).toHaveLength(2);
  });
});
