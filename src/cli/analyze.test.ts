import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunks, pcap } from '../../test/support/captures.ts';
import { memoryIo, vedette } from '../../test/support/cli.ts';
import { CLIENT, dns, RESOLVER, SCANNER, SCENE_START, SERVER, scan, scene, web } from '../../test/support/scene.ts';
import { createAnalysis } from '../analysis.ts';
import { decode } from '../decoders/fixtures/decode.ts';
import type { TrafficResult } from '../model/traffic.ts';
import type { Anomaly, Window } from '../model/window.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-analyze-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const SCENE = scene(...dns(), ...web(100_000), ...scan(21.05e6, 12));

async function analyze(content: Uint8Array, ...args: string[]) {
  writeFileSync(join(cwd, 'office.pcap'), content);
  return vedette(['analyze', 'office.pcap', ...args], { cwd });
}

const lines = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('vedette analyze', () => {
  it('reports what the capture is, who talked, how well, and what is unusual', async () => {
    const { exit, out, err } = await analyze(SCENE);
    expect(exit).toBe(0);
    expect(out).toContain('26 packets');
    expect(out).toContain('2026-09-21 14:13:20 → 14:13:41 UTC (21.6 s)');
    expect(out).toContain('ANOMALIES  1 (1 medium) in 3 windows of 10 s');
    expect(out).toContain('distinct hosts: observed 12, expected 0, limit 5');
    expect(out).toMatch(/bits\/s +█▅▁{60,}▂+ +peak 67\.9 kbit\/s at 14:13:20/);
    expect(out).toMatch(new RegExp(`${CLIENT} → ${SERVER} +http +1 `));
    expect(out).toMatch(/to servers \(SYN to SYN\/ACK\) +1 +20 ms/);
    expect(out).toContain('LOSS  25 % of 4 data segments sent again, 0 out of order');
    expect(out).toMatch(/S0 +12 +85.7 % +asked, never answered/);
    expect(err).toMatch(/^done 26 packets, 14 connections, 3 windows, 1 anomaly /m);
    expect((await analyze(SCENE, '--quiet')).err).toBe('');
  });

  it('prints one document with the keys of the API', async () => {
    const { out } = await analyze(SCENE, '-o', 'json');
    const document = JSON.parse(out) as TrafficResult & { schema: string; files: unknown };
    expect(document.schema).toBe('vedette.analysis/1');
    expect(document.files).toEqual([{ name: 'office.pcap', size: SCENE.length }]);
    expect(document.windows.map((window) => window.window_start)).toEqual([0, 10, 20].map((s) => SCENE_START + s));
    expect(Object.keys(document.windows[0].bandwidth)).toEqual([
      'avg_bps',
      'avg_pps',
      'duration_s',
      'top_src_bytes',
      'top_dst_bytes',
    ]);
    expect(document.anomalies[0]).toMatchObject({ type: 'port_scan', flow_src: SCANNER, port: 22 });
    const only = JSON.parse((await analyze(SCENE, '--json', '--anomalies')).out) as Record<string, unknown>;
    expect(Object.keys(only)).toEqual(['schema', 'files', 'window_seconds', 'anomaly_count', 'anomalies']);
  });

  it('prints connections under the names of conn.log', async () => {
    const { out } = await analyze(SCENE, '--conns', 'ndjson');
    const rows = lines(out);
    expect(rows.length).toBe(14);
    const found = rows.find((row) => row.service === 'http');
    expect(found).toMatchObject({
      ts: SCENE_START + 0.1,
      'id.orig_h': CLIENT,
      'id.orig_p': 50_000,
      'id.resp_h': SERVER,
      'id.resp_p': 80,
      proto: 'tcp',
      duration: 0.365,
      orig_bytes: 45,
      resp_bytes: 240,
      conn_state: 'SF',
      orig_pkts: 7,
      resp_pkts: 5,
      orig_ip_bytes: 7 * 40 + 45,
      resp_ip_bytes: 5 * 40 + 360,
      missed_bytes: 0,
      orig_retransmitted: 0,
      resp_retransmitted: 1,
      rtt: 0.021,
      rtt_server: 0.02,
      rtt_client: 0.001,
      domain: 'www.example.com',
    });
    expect(found?.community_id).toMatch(/^1:[A-Za-z0-9+/]{27}=$/);
    expect(rows.find((row) => row['id.resp_h'] === RESOLVER)).toMatchObject({
      proto: 'udp',
      attrs: { answers: ['198.51.100.7'] },
    });
    for (const row of rows) expect(new Set(Object.keys(row)).size).toBe(Object.keys(row).length);
    // They are what `vedette ingest` takes.
    const { events, rejected } = decode(found);
    expect(rejected).toEqual([]);
    expect(events).toMatchObject([
      { src_ip: CLIENT, dst_ip: SERVER, app: 'http', state: 'SF', src_packets: 7, dst_packets: 5 },
    ]);
    // The names that anomalies give as evidence are those of connections.
    const anomalies = lines((await analyze(SCENE, '--anomalies', '-o', 'ndjson')).out) as unknown as Anomaly[];
    const names = rows.map((row) => row.uid);
    expect(anomalies[0].evidence.length).toBeGreaterThan(0);
    for (const name of anomalies[0].evidence) expect(names).toContain(name);
  });

  it('prints windows and anomalies alone, as a table or in lines', async () => {
    const table = (await analyze(SCENE, '--windows')).out.trimEnd().split('\n');
    expect(table.length).toBe(4);
    expect(table[1]).toMatch(new RegExp(`^ *0 +14:13:20 .*${SERVER}$`));
    const { out } = await analyze(SCENE, '--windows', '--anomalies', '-o', 'ndjson', '--window', '5');
    const records = lines(out) as unknown as ((Window | Anomaly) & { record: string })[];
    expect(records.map(({ record }) => record)).toEqual([...Array(5).fill('window'), 'anomaly']);
    expect((await analyze(SCENE, '--anomalies')).out).toContain('port_scan  14:13:40');
  });

  it('writes a report as HTML that needs nothing else, whatever the file is called', async () => {
    const name = 'a&<b>.pcap';
    writeFileSync(join(cwd, name), SCENE);
    const { exit, err } = await vedette(['analyze', name, '--html', 'r.html', '-o', 'json'], { cwd });
    expect([exit, err]).toEqual([0, expect.stringContaining('; r.html written')]);
    const html = readFileSync(join(cwd, 'r.html'), 'utf8');
    expect(html).toContain('<h1>a&#38;&#60;b&#62;.pcap</h1>');
    expect(html.match(/<svg /g)?.length).toBe(5);
    expect(html).toContain('role="img" aria-label="Bits a second: highest');
    expect(html).toContain('<article class="medium">');
    expect(html).not.toMatch(/<script|<link|src=|https?:\/\/(?!www\.example)/);
    const failed = await vedette(['analyze', name, '--html', 'none/r.html'], { cwd });
    expect([failed.exit, failed.err]).toEqual([3, expect.stringContaining('none/r.html cannot be written')]);
  });

  it('reads pieces of a capture in the order of time, gzipped or not, and stdin', async () => {
    const packets = web();
    writeFileSync(join(cwd, 'a.pcap'), scene(...packets.slice(6)));
    writeFileSync(join(cwd, 'b.pcap.gz'), gzipSync(scene(...packets.slice(0, 6))));
    const { out } = await vedette(['analyze', 'a.pcap', 'b.pcap.gz', '-o', 'json'], { cwd });
    const document = JSON.parse(out) as TrafficResult & { files: { name: string }[] };
    expect(document.files.map((file) => file.name)).toEqual(['b.pcap.gz', 'a.pcap']);
    expect(document).toMatchObject({ connections: { total: 1, states: { SF: 1 } }, totals: { late: 0 } });
    const piped = await vedette(['analyze', '-'], { cwd, stdin: chunks(SCENE, 100) });
    expect(piped.out).toMatch(/^stdin\n {2}26 packets/);
  });

  it('hides what allow rules meet', async () => {
    writeFileSync(join(cwd, 'allow.json'), JSON.stringify([{ source: SCANNER, reason: 'our own scanner' }]));
    const { out } = await analyze(SCENE, '--allow', 'allow.json');
    expect(out).toContain('ANOMALIES  none in 3 windows of 10 s, 1 hidden by allow rules');
    writeFileSync(join(cwd, 'allow.json'), JSON.stringify([{ source: SCANNER }]));
    const refused = await analyze(SCENE, '--allow', 'allow.json');
    expect([refused.exit, refused.err]).toEqual([
      3,
      expect.stringContaining('Rule 1 of allow.json: A rule needs a reason.'),
    ]);
    writeFileSync(join(cwd, 'allow.json'), '[null, 5');
    expect((await analyze(SCENE, '--allow', 'allow.json')).exit).toBe(3);
  });

  it('ends with 1 at anomalies that are severe enough', async () => {
    expect((await analyze(SCENE, '--fail-on', 'medium')).exit).toBe(1);
    expect((await analyze(SCENE, '--fail-on', 'high')).exit).toBe(0);
    expect((await analyze(SCENE, '--fail-on', 'low', '--detect', 'none')).exit).toBe(0);
  });

  it('uses a damaged file as far as it goes', async () => {
    const { exit, out, err } = await analyze(SCENE.subarray(0, -10));
    expect([exit, out, err]).toEqual([
      5,
      expect.stringContaining('25 packets'),
      expect.stringContaining('warning office.pcap: '),
    ]);
  });

  it('has a report for a capture with nothing in it', async () => {
    const { exit, out } = await analyze(pcap([]));
    expect([exit, out]).toEqual([0, expect.stringContaining('0 packets')]);
    expect((await analyze(pcap([]), '--html', 'r.html')).exit).toBe(0);
  });

  it('refuses what is no capture before anything is read, and says what to do', async () => {
    writeFileSync(join(cwd, 'x.json'), '{"a":1}');
    writeFileSync(join(cwd, 'good.pcap'), SCENE);
    const { exit, out, err } = await vedette(['analyze', 'good.pcap', 'x.json'], { cwd });
    expect([exit, out]).toEqual([3, '']);
    expect(err).toContain('x.json cannot be read. It is JSON, not a pcap or pcapng file.\ntry   vedette ingest FILE');
    expect((await vedette(['analyze', 'x.json'], { cwd })).exit).toBe(3);
    expect((await vedette(['analyze', 'missing'], { cwd })).err).toContain('missing does not exist.');
    expect((await vedette(['analyze', '.'], { cwd })).err).toContain('. is a folder.');
  });

  it.each([
    [['-o', 'csv'], 'There is no output csv.'],
    [['-o', 'ndjson'], '-o ndjson prints lines of what?'],
    [['--conns', 'csv'], '--conns takes ndjson.'],
    [['--conns', 'ndjson', '--windows'], '--conns prints lines of connections and nothing else.'],
    [['--window', '0'], '--window takes seconds from 0.001 to 86400, not 0.'],
    [['--detect', 'portscan'], 'There is no detector portscan.\ntry   Did you mean port_scan?'],
    [['--home', '10.0.0.0/40'], '--home takes networks such as 10.0.0.0/8, not 10.0.0.0/40.'],
    [['--fail-on', 'severe'], '--fail-on takes low, medium or high, not severe.'],
    [['--limit-hosts', '0'], '--limit-hosts takes a whole number from 1 on, not 0.'],
  ])('refuses %j', async (args, said) => {
    const { exit, err } = await analyze(SCENE, ...args);
    expect([exit, err]).toEqual([2, expect.stringContaining(said)]);
  });

  it('ends at Ctrl-C with what it has read of a file', async () => {
    const io = memoryIo({ cwd });
    writeFileSync(join(cwd, 'one.pcap'), SCENE);
    writeFileSync(join(cwd, 'two.pcap'), SCENE);
    const analysis = await createAnalysis({}, { onProgress: () => io.interrupt() });
    const given = { createAnalysis: () => analysis };
    const { exit, out } = await vedette(['analyze', 'one.pcap', 'two.pcap'], { ...io }, given);
    expect([exit, out]).toEqual([130, expect.stringContaining('26 packets')]);
  });

  it('reads what is left in a pipe after Ctrl-C, but does not wait for more', async () => {
    const io = memoryIo({ cwd });
    const stdin = (async function* () {
      yield SCENE.subarray(0, 600);
      io.interrupt();
      yield SCENE.subarray(600);
      await new Promise(() => undefined);
    })();
    const { exit, out, err } = await vedette(['analyze', '-'], { ...io, stdin });
    expect([exit, out]).toEqual([130, expect.stringMatching(/^stdin\n {2}26 packets/)]);
    expect(err).toContain('interrupted 26 packets');
  });
});
