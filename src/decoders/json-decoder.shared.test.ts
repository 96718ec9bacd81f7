import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode } from './fixtures/decode.ts';

/** Logs and exports made by others, for cross-checks only; the tests are skipped where they are not at hand. */
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'data');
const LOGS = join(SHARED, 'zeek-logs');
const NFDUMP = join(SHARED, 'flow/nfdump');
const LENIENT = { lenient: true };

type Json = Record<string, string | number | boolean | unknown[]>;

describe.skipIf(!existsSync(LOGS))('Zeek logs made by others', () => {
  it('gives every record of three days what JSON.parse finds in it', { timeout: 120_000 }, () => {
    const body = gunzipSync(readFileSync(join(LOGS, 'conn-3days.ndjson.gz')));
    const records = body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    const { events, rejected } = decode(new Uint8Array(body), 'zeek', LENIENT);
    expect(rejected).toEqual([]);
    expect(events).toHaveLength(105_918);
    for (const [i, event] of events.entries()) {
      const record = records[i];
      const key = (name: string) => record[name];
      const number = (name: string) => Number(record[name]);
      const {
        ts,
        src_ip,
        src_port = 0,
        dst_ip,
        dst_port = 0,
        uid,
        state,
        duration = 0,
        bytes = 0,
        packets = 0,
      } = event;
      expect([ts, src_ip, src_port, dst_ip, dst_port, uid, state, duration, bytes, packets]).toEqual([
        Math.round(number('ts') * 1e6),
        ...['id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'uid', 'conn_state'].map(key),
        record.duration ?? 0,
        number('orig_ip_bytes') + number('resp_ip_bytes'),
        number('orig_pkts') + number('resp_pkts'),
      ]);
    }
  });

  it.each([
    ['conn', 2],
    ['open_conn', 2],
    ['dns', 3],
    ['ssl', 4],
    ['open_ssl', 4],
    ['http', 5],
    ['open_http', 5],
  ])('takes every line of %s with all its fields', (log, kind) => {
    const text = readFileSync(join(LOGS, `json_with_all_fields/${log}.log`), 'utf8');
    const records = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    const { events, rejected } = decode(text);
    expect(rejected).toEqual([]);
    expect(events.map((event) => event.kind)).toEqual(records.map(() => kind));
    for (const [i, event] of events.entries()) {
      const attrs = JSON.parse(String(event.attrs)) as Json;
      for (const [key, value] of Object.entries(attrs)) expect([key, value]).toEqual([key, records[i][key]]);
      expect(event.uid).toBe(records[i].uid);
      expect(event.domain ?? '').toBe(records[i].query ?? records[i].server_name ?? records[i].host ?? '');
    }
  });

  it('loses only the torn and the wrong lines of a damaged log', () => {
    const text = readFileSync(join(LOGS, 'truncated/conn_json.log'), 'utf8');
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
    const { events, rejected } = decode(text, 'zeek.conn', LENIENT);
    const lines = text.split('\n').filter((line) => line !== '');
    const good = lines.filter((line) => line.endsWith('}') && Number(JSON.parse(line)['id.orig_p']) < 65_536);
    expect(events).toHaveLength(good.length);
    expect(events.length + rejected.length).toBe(lines.length);
    expect(rejected.at(-1)).toMatchObject({ reason: 'INVALID_JSON' });
  });
});

describe.skipIf(!existsSync(NFDUMP))('nfdump exports made by others', () => {
  const files = existsSync(NFDUMP)
    ? readdirSync(NFDUMP, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    : [];

  it.each(files)('takes every flow of %s', (file) => {
    const text = readFileSync(join(NFDUMP, file), 'utf8');
    const records = recordsOf(text);
    if (records.length === 0) {
      expect(() => decode(text)).toThrow(expect.objectContaining({ name: 'AppError' }));
      return;
    }
    const { events, rejected } = decode(text);
    expect(rejected).toEqual([]);
    expect(events).toHaveLength(records.length);
    for (const [i, event] of events.entries()) {
      const record = records[i];
      expect(event.bytes ?? 0).toBe(Number(record.in_bytes) + Number(record.out_bytes ?? 0));
      expect(event.src_ip ?? '::').toBe(record.src4_addr ?? record.src6_addr ?? '::');
      expect(event.proto ?? 0).toBe(record.proto);
      const began = Date.parse(`${record.first}Z`) * 1000;
      if (began > 0) expect(event.ts).toBe(began);
    }
  });
});

/** The records of an export; none where it is empty or no JSON. */
function recordsOf(text: string): Json[] {
  try {
    return JSON.parse(text) as Json[];
  } catch {
    return [];
  }
}
