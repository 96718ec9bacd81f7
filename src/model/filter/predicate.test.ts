import { beforeEach, describe, expect, it } from 'vitest';
import { parseIp } from '../address.ts';
import { EventBatch } from '../batch.ts';
import { parseFilter } from './parser.ts';
import { compilePredicate } from './predicate.ts';

let batch: EventBatch;

function address(column: 'src_ip' | 'dst_ip', row: number, text: string): void {
  const bytes = new Uint8Array(16);
  parseIp(text, bytes);
  batch.columns[column].setBytes(row, bytes, 0);
}

beforeEach(() => {
  batch = new EventBatch(4);
  const { columns } = batch;
  address('src_ip', 0, '10.1.2.3');
  address('dst_ip', 0, '203.0.113.9');
  columns.dst_port[0] = 443;
  columns.proto[0] = 6;
  columns.kind[0] = 3;
  columns.bytes[0] = 20_000;
  columns.ts[0] = Date.UTC(2026, 10, 20, 8) * 1000;
  columns.app.set(0, 'SSL');
  columns.tags.set(0, 'lab,scanner');
  columns.domain.set(0, 'WWW.Evil.example');
  columns.dst_country.set(0, 'DE');
  columns.src_lat[0] = -12.5;
  columns.attrs.set(
    0,
    '{"q":"A \\"x\\"","rtt":0.25,"code":404,"port":"8080","ok":true,"none":null,"zero":0,"list":[],"tls":{"version":"1.3","n":[1,{"version":"no"}]},"id.orig":7}',
  );
  address('src_ip', 1, '2001:db8::5');
  columns.domain.set(1, 'ÄRGER.example');
  batch.length = 2;
  batch.firstId = 100n;
});

const test = (text: string, row = 0) => compilePredicate(parseFilter(text)!)(batch, row);

describe('compilePredicate', () => {
  it.each([
    'src.ip = 10.0.0.0/8',
    'ip = 203.0.113.9',
    'ip != 192.0.2.1',
    'port = 443',
    'dst.port in (22, 400..500)',
    'proto = tcp and kind = dns',
    'not (kind = flow or bytes < 10k)',
    'bytes >= 20k',
    'ts = 2026-11-20T08:00:00Z',
    'app = SSL',
    'app != ssl',
    'app contains ss',
    'app < T',
    'tags = scanner',
    'tags != scan',
    'tags contains scan',
    'tags startswith scan',
    'tags ~ "^lab$"',
    'not attrs.zero exists',
    'not attrs.list exists',
    'domain contains evil',
    'domain startswith www.',
    'domain endswith .EXAMPLE',
    'domain ~ "^WWW\\."',
    'domain !~ "^www"',
    'country = de',
    'src.lat < -12',
    'src.lat exists',
    'not src.lon exists',
    'src.lon != 5',
    'id = 100',
    'id < 101',
    'attrs.q = "A \\"x\\""',
    'attrs.rtt = 0.25',
    'attrs.rtt < 1',
    'attrs.code = 404',
    'attrs.code = "404"',
    'attrs.port > 8000',
    'attrs.ok = true',
    'attrs.tls.version = "1.3"',
    'attrs.id.orig = 7',
    'attrs.none != 1',
    'not attrs.none exists',
    'attrs.tls exists',
    'attrs.tls.version ~ "^1\\.[0-9]$"',
    'attrs contains evil or attrs contains version',
    'src.ip exists and dst.country exists and attrs exists',
  ])('holds: %s', (text) => expect(test(text)).toBe(true));

  it.each([
    'src.ip = 10.1.2.4',
    'src.ip = 2001:db8::/32',
    'app = ssl',
    'tags = scan',
    'tags in (a, b)',
    'src.lon = 0',
    'src.lon < 5',
    'src.lon > 5',
    'attrs.version exists',
    'attrs.missing = x',
    'attrs.missing < 5',
    'attrs.q < 5',
    'uid exists',
    'threat.matches exists',
  ])('does not hold: %s', (text) => expect(test(text)).toBe(false));

  it('reads IPv6, empty values and letters beyond ASCII', () => {
    expect(test('src.ip in 2001:db8::/32', 1)).toBe(true);
    expect(test('src.ip in 10.0.0.0/8', 1)).toBe(false);
    expect(test('dst.ip exists', 1)).toBe(false);
    expect(test('dst.ip != 10.0.0.1', 1)).toBe(true);
    expect(test('domain contains ärger', 1)).toBe(true);
    expect(test('attrs.code exists', 1)).toBe(false);
    expect(test('uid = ""', 1)).toBe(true);
    expect(test('id = 101', 1)).toBe(true);
  });

  it('notices that a dictionary grew or was exchanged', () => {
    const isDns = compilePredicate(parseFilter('app = dns')!);
    expect(isDns(batch, 0)).toBe(false);
    batch.columns.app.set(1, 'dns');
    expect(isDns(batch, 1)).toBe(true);
    const other = new EventBatch(2);
    other.columns.app.set(0, 'dns');
    expect(other.columns.app.codes[0]).toBe(batch.columns.app.codes[0]);
    expect(isDns(other, 0)).toBe(true);
    expect(isDns(batch, 0)).toBe(false);
    for (let i = 0; i < 400; i++) batch.columns.app.set(2, `app${i}`);
    batch.columns.app.set(3, 'dns');
    expect([isDns(batch, 2), isDns(batch, 3)]).toEqual([false, true]);
  });
});
