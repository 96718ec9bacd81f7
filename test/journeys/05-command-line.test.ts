import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from '../../demo/office.ts';
import { asConn } from '../../demo/sensors.ts';
import { type RunningApp, startApp } from '../support/app.ts';
import { cli } from '../support/command-line.ts';
import { haveProgram, sharedData } from '../support/need.ts';

let app: RunningApp;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-cli-'));
  app = await startApp();
});

afterAll(async () => {
  await app?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function total(filter: string): Promise<number> {
  const answer = await app.get(`/v1/query/top?field=kind&from=all&filter=${encodeURIComponent(filter)}`);
  return answer.body.total.events;
}

async function stored(filter: string, events: number): Promise<void> {
  await expect.poll(() => total(filter), { timeout: 30_000 }).toBe(events);
}

describe('vedette on the command line', () => {
  it('ingests a gzipped log, then answers top, query, lookup and export', async () => {
    const office = new Office(3);
    const records = Array.from({ length: 600 }, (_, second) => office.second(1_790_000_000 + second, 10)).flat();
    const lines = records.map((conversation, n) => JSON.stringify(asConn(conversation, `C${n}`)));
    const file = join(folder, 'conn.log.gz');
    await writeFile(file, gzipSync(`${lines.join('\n')}\n`));
    const ingest = await cli(app.url, ['ingest', file, '--collector', 'office']);
    expect(ingest.code, ingest.stderr).toBe(0);
    expect(ingest.stdout).toBe('');
    await stored('source = "office"', records.length);

    const counts = new Map<number, number>();
    for (const { toPort } of records) counts.set(toPort, (counts.get(toPort) ?? 0) + 1);
    const top = await cli(app.url, ['top', 'dst.port', 'source = "office"', '--from', 'all', '-o', 'json', '-n', '3']);
    expect(top.code, top.stderr).toBe(0);
    const parsed = JSON.parse(top.stdout);
    const expected = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
    expect(parsed.items.map((item: any) => [item.value, item.events])).toEqual(expected);

    const query = await cli(app.url, [
      'query',
      'source = "office" and dst.port = 53',
      '--from',
      'all',
      '-o',
      'ndjson',
      '--limit',
      '5',
    ]);
    expect(
      query.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).dst_port),
    ).toEqual([53, 53, 53, 53, 53]);

    const lookup = await cli(app.url, ['lookup', '8[.]8[.]8[.]8', '-o', 'json']);
    expect(JSON.parse(lookup.stdout).geo.country).toBe('US');
  });

  it('tells bad records, and exits with 5 for a partial success', async () => {
    const ingest = await cli(
      app.url,
      ['ingest', '-', '--format', 'flows.v1', '--collector', 'mixed'],
      '{"ts":1790000000,"src_ip":"10.0.0.1","dst_ip":"10.0.0.2"}\n{"ts":1790000000,"src_ip":"not an address","dst_ip":"10.0.0.2"}\n',
    );
    expect(ingest.code).toBe(5);
    expect(ingest.stderr).toMatch(/not an address|src_ip/);
    await stored('source = "mixed"', 1);
  });

  it('says which file cannot be read, which command is meant, and what it cannot reach', async () => {
    expect((await cli(app.url, ['ingest', join(folder, 'absent.log')])).code).toBe(3);
    const wrong = await cli(app.url, ['lokup', '8.8.8.8']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('lookup');
    expect((await cli('http://127.0.0.1:9', ['top', 'src.ip'])).code).toBe(4);
  });

  const conn = sharedData('zeek-logs/conn-3days.ndjson.gz');
  it.skipIf(!conn || !haveProgram('jq'))(
    'agrees with jq about three days of a real network',
    { timeout: 120_000 },
    async () => {
      const file = conn as string;
      const jq = (program: string) =>
        execFileSync('sh', ['-c', `gzip -dc "$0" | jq -r '${program}' | sort | uniq -c | sort -rn`, file], {
          maxBuffer: 64 << 20,
        }).toString();
      const lines = Number(execFileSync('sh', ['-c', 'gzip -dc "$0" | jq -c . | wc -l', file]).toString());
      expect(lines).toBeGreaterThanOrEqual(100_000);
      const ingest = await cli(app.url, ['ingest', file, '--collector', 'real']);
      expect(ingest.code, ingest.stderr).toBe(0);
      await stored('source = "real"', lines);

      const ports = jq('."id.resp_p"')
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' ').map(Number));
      const top = (
        await app.get(
          `/v1/query/top?field=dst.port&from=all&limit=1000&filter=${encodeURIComponent('source = "real"')}`,
        )
      ).body;
      expect(top.distinct).toBe(ports.length);
      const ours = new Map(top.items.map((item: any) => [item.value ?? 0, item.events]));
      for (const [events, port] of ports.slice(0, 500)) expect(ours.get(port), `port ${port}`).toBe(events);

      const bytes = Number(
        execFileSync('sh', [
          '-c',
          `gzip -dc "$0" | jq -s 'map((.orig_ip_bytes // .orig_bytes // 0) + (.resp_ip_bytes // .resp_bytes // 0)) | add'`,
          file,
        ]).toString(),
      );
      expect(top.total.bytes).toBe(bytes);

      // Countries: every distinct address looked up by itself, then joined with jq's counts, must give the same sums.
      const sources = jq('."id.orig_h"')
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' '));
      const byCountry = new Map<string, number>();
      for (let at = 0; at < sources.length; at += 1_000) {
        const slice = sources.slice(at, at + 1_000);
        const { results } = (await app.post('/v1/lookup', { indicators: slice.map(([, ip]) => ip) })).body;
        for (const [i, result] of results.entries()) {
          const country = result.geo?.country ?? '';
          byCountry.set(country, (byCountry.get(country) ?? 0) + Number(slice[i][0]));
        }
      }
      const countries = (
        await app.get(
          `/v1/query/top?field=src.country&from=all&limit=1000&filter=${encodeURIComponent('source = "real"')}`,
        )
      ).body;
      expect(new Map(countries.items.map((item: any) => [item.value ?? '', item.events]))).toEqual(byCountry);
      expect(byCountry.size).toBeGreaterThan(20);

      const risks = (
        await app.get(`/v1/query/top?field=risk&from=all&limit=1000&filter=${encodeURIComponent('source = "real"')}`)
      ).body;
      expect(risks.items.reduce((sum: number, item: any) => sum + item.events, 0)).toBe(lines);
      // One rule of the score, counted by jq: connections to remote desktop or SMB from outside are never at the bottom.
      expect(await total('source = "real" and dst.port in (3389, 445)')).toBe(
        Number(
          execFileSync('sh', [
            '-c',
            `gzip -dc "$0" | jq -c 'select(."id.resp_p" == 3389 or ."id.resp_p" == 445)' | wc -l`,
            file,
          ]).toString(),
        ),
      );
    },
  );

  it.skipIf(!conn || !haveProgram('jq'))(
    'gives every one of them the risk that jq works out',
    { timeout: 120_000 },
    async () => {
      const file = conn as string;
      // The rules of the older tool can be said in one line of jq: 10, ten more for 3389 and 445, ten more above 1 MB.
      const classic = await startApp({ env: { VEDETTE_RISK_PRESET: 'classic' } });
      try {
        const ingest = await cli(classic.url, ['ingest', file]);
        expect(ingest.code, ingest.stderr).toBe(0);
        const program =
          '[10, (if (."id.resp_p" == 3389 or ."id.resp_p" == 445) then 10 else 0 end), (if ((.orig_ip_bytes // .orig_bytes // 0) + (.resp_ip_bytes // .resp_bytes // 0)) > 1000000 then 10 else 0 end)] | add';
        const counted = execFileSync('sh', [
          '-c',
          `gzip -dc "$0" | jq '${program}' | sort -n | uniq -c`,
          file,
        ]).toString();
        const expected = new Map(
          counted
            .trim()
            .split('\n')
            .map((line) => line.trim().split(' ').map(Number))
            .map(([events, risk]) => [risk, events]),
        );
        const lines = [...expected.values()].reduce((sum, events) => sum + events, 0);
        const top = async () => (await classic.get('/v1/query/top?field=risk&from=all&limit=1000')).body;
        await expect.poll(async () => (await top()).total.events, { timeout: 30_000 }).toBe(lines);
        expect(expected.size).toBeGreaterThan(1);
        expect(new Map((await top()).items.map((item: any) => [item.value, item.events]))).toEqual(expected);
      } finally {
        await classic.dispose();
      }
    },
  );

  const nfdump = sharedData('flow/nfdump/wrapped-pcap/logstash/Netflow5_Juniper_MX80.pcap.json');
  it.skipIf(!nfdump || !haveProgram('jq'))('agrees with jq about the nfdump output of a real capture', async () => {
    const file = nfdump as string;
    const ingest = await cli(app.url, ['ingest', file, '--format', 'nfdump', '--collector', 'nfdump']);
    expect(ingest.code, ingest.stderr).toBe(0);
    const sums = JSON.parse(
      execFileSync('jq', [
        '{flows: length, bytes: map(.in_bytes) | add, packets: map(.in_packets) | add}',
        file,
      ]).toString(),
    );
    await stored('source = "nfdump"', sums.flows);
    const top = (
      await app.get(
        `/v1/query/top?field=dst.port&from=all&limit=1000&filter=${encodeURIComponent('source = "nfdump"')}`,
      )
    ).body;
    expect(top.total).toEqual({ events: sums.flows, bytes: sums.bytes, packets: sums.packets });
    const ports = JSON.parse(
      execFileSync('jq', ['group_by(.dst_port) | map([.[0].dst_port, length])', file]).toString(),
    );
    expect(new Map(top.items.map((item: any) => [item.value ?? 0, item.events]))).toEqual(new Map(ports));
  });
});
