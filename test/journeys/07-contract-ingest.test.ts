import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';

let app: RunningApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.dispose();
});

/** A time a minute ago with milliseconds, so that every spelling of it can be compared. */
const AT = Math.floor(Date.now() / 1000) * 1000 - 60_000 + 123;
const ISO = new Date(AT).toISOString();
const SRC = '192.0.2.1';
const DST = '198.51.100.2';

/** A number for every record that is sent, in its source port, by which it is found again. */
let numbers = 1000;
const flow = (extra: object = {}) => ({
  ts: ISO,
  src_ip: SRC,
  dst_ip: DST,
  src_port: ++numbers,
  dst_port: 443,
  ...extra,
});

async function find(filter: string, count = 1): Promise<any[]> {
  const path = `/v1/events?limit=1000&filter=${encodeURIComponent(filter)}`;
  await expect.poll(async () => (await app.get(path)).body.items?.length, { timeout: 20_000 }).toBe(count);
  return (await app.get(path)).body.items;
}

const ndjson = { 'content-type': 'application/x-ndjson' };

describe('the forms of a batch', () => {
  it('are an array, an object around it, one record, and lines; plain or gzip', async () => {
    const first = numbers + 1;
    const lines = (records: object[]) => records.map((record) => JSON.stringify(record)).join('\n');
    const sent: [unknown, Record<string, string>?, number?][] = [
      [[flow(), flow()], {}, 2],
      [{ records: [flow(), flow()] }, {}, 2],
      [{ collector_id: 'edge-7', format: 'flows.v1', records: [flow()] }],
      [flow()],
      [lines([flow(), flow(), flow()]), ndjson, 3],
      [`${lines([flow(), flow()])}\n\n`, ndjson, 2],
      [gzipSync(JSON.stringify([flow()])), { 'content-encoding': 'gzip' }],
      [gzipSync(JSON.stringify([flow()]))],
      [
        gzipSync(`${JSON.stringify(flow())}\n${JSON.stringify(flow())}\n`),
        { ...ndjson, 'content-encoding': 'gzip' },
        2,
      ],
      [gzipSync(JSON.stringify(flow())), { 'content-type': 'application/octet-stream' }],
      [`\ufeff  ${JSON.stringify([flow()])}\r\n`],
    ];
    for (const [body, headers, count = 1] of sent) {
      const answer = await app.post('/v1/ingest', body, headers);
      expect(answer.status, JSON.stringify(answer.body)).toBe(202);
      expect(answer.body).toMatchObject({ status: 'accepted', queued: count });
    }
    const events = await find(`src.port >= ${first} and src.port <= ${numbers}`, numbers - first + 1);
    expect(new Set(events.map((event) => event.src_port)).size).toBe(numbers - first + 1);
    expect(events.filter((event) => event.source === 'edge-7')).toHaveLength(1);
  });

  it('carry their time as ts, time or @timestamp: seconds, fractions, milliseconds, ISO 8601', async () => {
    const first = numbers + 1;
    const { ts: _, ...bare } = flow();
    const zoned = new Date(AT + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
    const times = [AT / 1000, String(AT / 1000), AT, String(AT), ISO, zoned];
    const named = ['ts', 'time', '@timestamp'].flatMap((key) => times.map((time) => ({ [key]: time })));
    const records = named.map((time, i) => ({ ...bare, src_port: first + i, ...time }));
    numbers = first + records.length;
    const whole = { ...bare, src_port: numbers, ts: Math.floor(AT / 1000) };
    expect((await app.post('/v1/ingest', [...records, whole])).body.queued).toBe(records.length + 1);
    for (const event of await find(`src.port >= ${first} and src.port <= ${numbers}`, records.length + 1))
      expect(Date.parse(event.ts), JSON.stringify(event)).toBe(event.src_port === numbers ? AT - 123 : AT);
  });

  it('are refused as a whole when they are no batch at all', async () => {
    const refused: [unknown, string, Record<string, string>?][] = [
      ['[]', 'EMPTY_BATCH'],
      ['{"records":[]}', 'EMPTY_BATCH'],
      ['', 'EMPTY_BATCH'],
      ['  \n ', 'EMPTY_BATCH', ndjson],
      [gzipSync(''), 'EMPTY_BATCH', { 'content-encoding': 'gzip' }],
      ['{', 'INVALID_JSON'],
      ['[{"ts":1},]', 'INVALID_JSON'],
      ['{"ts":NaN}', 'INVALID_JSON'],
      [`${JSON.stringify(flow())}\n{"ts"`, 'INVALID_JSON', ndjson],
      ['[1,2]', 'NOT_AN_OBJECT'],
      ['"text"', 'NOT_AN_OBJECT'],
      ['null', 'NOT_AN_OBJECT'],
      ['{"records":{"a":1}}', 'NOT_AN_OBJECT'],
      [new Uint8Array([0x5b, 0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d, 0x5d]), 'INVALID_UTF8'],
      [JSON.stringify([flow()]), 'INVALID_GZIP', { 'content-encoding': 'gzip' }],
      [gzipSync(JSON.stringify([flow()])).subarray(0, 30), 'INVALID_GZIP'],
      [{ format: 'no-such-format', records: [flow()] }, 'UNKNOWN_FORMAT'],
    ];
    for (const [body, code, headers] of refused) {
      const answer = await app.post('/v1/ingest', body, headers);
      expect([answer.status, answer.body.code], String(body).slice(0, 60)).toEqual([400, code]);
    }
    expect((await app.post('/v1/ingest?type=nonsense', [flow()])).body.code).toBe('UNKNOWN_FORMAT');
    for (const headers of [
      { 'content-type': 'image/png' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-encoding': 'br' },
      { 'content-encoding': 'deflate' },
    ] as Record<string, string>[])
      expect((await app.post('/v1/ingest', JSON.stringify([flow()]), headers)).status).toBe(415);
  });

  it('have limits: 10,000 records and 5 MB, and gzip that grows without end', async () => {
    const record = JSON.stringify(flow({ app: 'limits' }));
    const lines = (count: number) => new Array(count).fill(record);
    expect((await app.post('/v1/ingest', `[${lines(10_000)}]`)).body.queued).toBe(10_000);
    for (const [body, headers] of [
      [`[${lines(10_001)}]`, {}],
      [`{"records":[${lines(10_001)}]}`, {}],
      [gzipSync(lines(10_001).join('\n')), ndjson],
    ] as const) {
      const answer = await app.post('/v1/ingest', body, headers);
      expect([answer.status, answer.body.code]).toEqual([413, 'TOO_MANY_RECORDS']);
    }
    const filler = (bytes: number) => JSON.stringify([flow({ filler: randomBytes(bytes / 2).toString('hex') })]);
    expect((await app.post('/v1/ingest', filler(4_900_000))).status).toBe(202);
    const large = await fetch(`${app.url}/v1/ingest`, {
      method: 'POST',
      headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
      body: filler(5_400_000),
    });
    expect([large.status, ((await large.json()) as any).code]).toEqual([413, 'BODY_TOO_LARGE']);
    // Recognised by its magic bytes, and without being inflated to its end.
    const bomb = await app.post('/v1/ingest', gzipSync(Buffer.alloc(200 << 20, 32), { level: 9 }));
    expect([bomb.status, bomb.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
    const stored = await app.get('/v1/query/top?field=app&filter=app%20%3D%20limits');
    await expect
      .poll(async () => (await app.get('/v1/query/top?field=app&filter=app%3Dlimits')).body.total?.events, {
        timeout: 20_000,
      })
      .toBe(10_000);
    expect(stored.status).toBe(200);
  });
});

const CONN = {
  uid: 'C1',
  proto: 'udp',
  service: 'dns',
  duration: 0.5,
  orig_bytes: 10,
  resp_bytes: 90,
  conn_state: 'SF',
};
const DNS = { uid: 'C2', proto: 'udp', query: 'a.example', qtype_name: 'A', rcode_name: 'NOERROR' };
const SSL = { uid: 'C3', version: 'TLSv13', server_name: 'b.example', cipher: 'TLS_AES_128_GCM_SHA256' };

function ends(separator: '.' | '_', port: number, to: number) {
  const name = (part: string) => `id${separator}${part}`;
  return { [name('orig_h')]: SRC, [name('orig_p')]: port, [name('resp_h')]: DST, [name('resp_p')]: to };
}

describe('the records of others', () => {
  it.each(['.', '_'] as const)('are Zeek logs with id%s, named by _path, format, path, or nothing', async (mark) => {
    const first = numbers + 1;
    const logs = [
      { log: 'conn', kind: 'conn', record: { ts: AT / 1000, ...ends(mark, 0, 53), ...CONN } },
      { log: 'dns', kind: 'dns', record: { ts: AT / 1000, ...ends(mark, 0, 53), ...DNS } },
      { log: 'ssl', kind: 'tls', record: { ts: AT / 1000, ...ends(mark, 0, 443), ...SSL } },
    ];
    const port = `id${mark}orig_p`;
    for (const { log, record } of logs) {
      const next = () => ({ ...record, [port]: ++numbers });
      for (const [path, body] of [
        ['/v1/ingest', [{ _path: log, ...next() }]],
        ['/v1/ingest', [next()]],
        ['/v1/ingest', { collector_id: 'z', format: `zeek.${log}.v1`, records: [next()] }],
        ['/v1/ingest/zeek', [next()]],
        ['/v1/ingest/zeek', { records: [{ _path: log, ...next() }] }],
        ['/v1/ingest/bulk', { type: 'zeek', records: [next()] }],
        [`/v1/ingest?format=${log}`, next()],
      ] as const) {
        const answer = await app.post(path, body);
        expect([answer.status, answer.body.queued], `${log} ${path} ${JSON.stringify(answer.body)}`).toEqual([202, 1]);
      }
    }
    const events = await find(`src.port >= ${first} and src.port <= ${numbers}`, 21);
    for (const { kind } of logs) {
      const some = events.filter((event) => event.kind === kind);
      expect(some, kind).toHaveLength(7);
      for (const event of some) {
        expect(event).toMatchObject({ src_ip: SRC, dst_ip: DST });
        expect(Date.parse(event.ts)).toBe(AT);
      }
    }
    const conn = events.find((event) => event.kind === 'conn');
    expect(conn).toMatchObject({ proto: 'udp', src_bytes: 10, dst_bytes: 90, bytes: 100, state: 'SF', app: 'dns' });
    expect(events.find((event) => event.kind === 'dns')).toMatchObject({ domain: 'a.example' });
    expect(events.find((event) => event.kind === 'tls')).toMatchObject({ domain: 'b.example', dst_port: 443 });
  });

  it('are flows of nfdump, pmacct, ntopng and goflow2', async () => {
    const seconds = AT / 1000;
    const samples: Record<string, (port: number) => object> = {
      'flows.v1': (port) => ({
        ts: ISO,
        src_ip: SRC,
        dst_ip: DST,
        src_port: port,
        dst_port: 443,
        protocol: 'tcp',
        bytes: 1500,
        packets: 3,
        app: 'http',
      }),
      nfdump: (port) => ({
        type: 'FLOW',
        first: ISO.slice(0, -1),
        last: ISO.slice(0, -1),
        in_packets: 3,
        in_bytes: 1500,
        proto: 6,
        src_port: port,
        dst_port: 443,
        src4_addr: SRC,
        dst4_addr: DST,
      }),
      pmacct: (port) => ({
        event_type: 'purge',
        ip_src: SRC,
        ip_dst: DST,
        port_src: port,
        port_dst: 443,
        ip_proto: 'tcp',
        timestamp_start: `${ISO.slice(0, 10)} ${ISO.slice(11, 23)}000`,
        timestamp_end: `${ISO.slice(0, 10)} ${ISO.slice(11, 23)}000`,
        packets: 3,
        bytes: 1500,
      }),
      ntopng: (port) => ({
        IPV4_SRC_ADDR: SRC,
        IPV4_DST_ADDR: DST,
        L4_SRC_PORT: port,
        L4_DST_PORT: 443,
        PROTOCOL: 6,
        IN_BYTES: 1500,
        IN_PKTS: 3,
        FIRST_SWITCHED: seconds,
        LAST_SWITCHED: seconds,
      }),
      goflow2: (port) => ({
        type: 'NETFLOW_V9',
        time_received_ns: AT * 1e6,
        time_flow_start_ns: AT * 1e6,
        time_flow_end_ns: AT * 1e6,
        src_addr: SRC,
        dst_addr: DST,
        src_port: port,
        dst_port: 443,
        proto: 'TCP',
        bytes: 1500,
        packets: 3,
        sampling_rate: 0,
      }),
    };
    const first = numbers + 1;
    for (const [format, make] of Object.entries(samples))
      for (const [path, wrap] of [
        ['/v1/ingest', (record: object) => [record]],
        ['/v1/ingest', (record: object) => ({ collector_id: 'c', format, records: [record] })],
        ['/v1/ingest/netflow', (record: object) => [record]],
        ['/v1/ingest/bulk', (record: object) => ({ type: 'netflow', records: [record] })],
      ] as const) {
        const answer = await app.post(path, wrap(make(++numbers)));
        expect([answer.status, answer.body.queued], `${format} ${JSON.stringify(answer.body)}`).toEqual([202, 1]);
      }
    for (const event of await find(`src.port >= ${first} and src.port <= ${numbers}`, numbers - first + 1)) {
      expect(event).toMatchObject({ kind: 'flow', proto: 'tcp', src_ip: SRC, dst_ip: DST, dst_port: 443 });
      expect(event, JSON.stringify(event)).toMatchObject({ bytes: 1500, packets: 3 });
      expect(Date.parse(event.ts)).toBe(AT);
    }
  });

  it('never take their neighbours with them', async () => {
    const bad = [
      { ...flow(), src_ip: 'nowhere' },
      { src_ip: SRC, dst_ip: DST },
      { ...flow(), ts: 'yesterday' },
    ];
    const first = numbers + 1;
    const records = [flow(), bad[0], flow(), bad[1], bad[2], flow()];
    for (const path of ['/v1/ingest/netflow', '/v1/ingest/bulk']) {
      const answer = await app.post(path, { type: 'netflow', records });
      expect(answer.status).toBe(207);
      expect(answer.body).toMatchObject({ status: 'partial', succeeded: 3, failed: 3 });
      expect(answer.body.errors.map((error: any) => error.index)).toEqual([1, 3, 4]);
      for (const { error } of answer.body.errors) expect(error).toMatch(/\w+ .*\.$/);
    }
    const plain = await app.post('/v1/ingest', records);
    expect([plain.status, plain.body.queued]).toEqual([202, 3]);
    expect(await find(`src.port >= ${first}`, 9)).toHaveLength(9);
    await expect.poll(async () => (await app.get('/v1/dead-letters')).body.total, { timeout: 20_000 }).toBe(9);
    const [letter] = (await app.get('/v1/dead-letters?limit=1')).body.items;
    expect(letter).toMatchObject({ reason: expect.any(String), source: expect.any(String), size: expect.any(Number) });
    const replayed = await app.post(`/v1/dead-letters/${letter.id}/replay`, {});
    expect(replayed.body).toEqual({ replayed: 0, failed: 1 });
  });
});

describe('what comes out', () => {
  it('downloads the newest events without a range, however old they are', async () => {
    const old = Date.parse('2019-05-06T07:08:09Z') / 1000;
    await app.post('/v1/ingest', [flow({ ts: old, app: 'museum' })]);
    const path = '/v1/download/json?limit=5&filter=app%3Dmuseum';
    await expect.poll(async () => (await app.get(path)).body, { timeout: 20_000 }).toContain('museum');
    const answer = await app.get(path);
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const [line, ...rest] = answer.body.trim().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({ ts: expect.stringMatching(/^2019-05-06T07:08:09/), src_ip: SRC });
    expect((await app.get(`${path}&from=-1h`)).body).toBe('');
    expect((await app.get('/v1/download/json')).body.trim().split('\n')).toHaveLength(1000);
    const csv = (await app.get('/v1/download/csv?filter=app%3Dmuseum&fields=ts,src.ip,app')).body.trim().split('\r\n');
    expect(csv).toEqual(['ts,src_ip,app', expect.stringMatching(/^2019-05-06T07:08:09.*,192\.0\.2\.1,museum$/)]);
    const parquet = await fetch(`${app.url}/v1/download/parquet?filter=app%3Dmuseum`, {
      headers: { 'x-api-key': KEY },
    });
    expect(
      Buffer.from(await parquet.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('PAR1');
    expect((await app.get('/v1/download/json?filter=nonsense%20%3D%201')).status).toBe(400);
  });

  it('names the organisation of an AS among the top', async () => {
    await app.post('/v1/ingest', [flow({ dst_ip: '8.8.8.8', app: 'as' }), flow({ dst_ip: '1.1.1.1', app: 'as' })]);
    await find('app = as', 2);
    const { items } = (await app.get('/v1/query/top?field=dst.asn&filter=app%3Das')).body;
    const { asn } = (await app.post('/v1/lookup', { ip: '8.8.8.8' })).body;
    expect(asn.org).toMatch(/\w/);
    expect(items).toHaveLength(2);
    expect(items.find((item: any) => item.value === asn.asn)).toMatchObject({ label: asn.org, events: 1 });
  });
});
