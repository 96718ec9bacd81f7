import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeServer, vedette } from '../../test/support/cli.ts';
import { haveProgram, mayCapture } from '../../test/support/need.ts';
import { Client } from './client.ts';
import { checkServer, runChecks } from './doctor.ts';
import { checkCapture } from './doctor-capture.ts';
import {
  checkClock,
  checkConnection,
  checkDataDir,
  checkDisk,
  checkGeo,
  checkListen,
  checkMemory,
  checkNode,
  checkThreatList,
} from './doctor-checks.ts';

const able = (haveProgram('dumpcap') || haveProgram('tcpdump')) && mayCapture();

let cwd: string;
const open: Server[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-doctor-'));
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listening(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).write('220 mail\r\n', () => socket.destroy()));
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

describe('single checks', () => {
  it('know an old Node, little memory, an unset clock', async () => {
    expect((await checkNode('20.18.3')).status).toBe('failed');
    expect((await checkNode('20.19.0')).status).toBe('ok');
    expect((await checkNode('24.0.0')).status).toBe('ok');
    expect([checkMemory(1e9).status, checkMemory(8e9).status]).toEqual(['warn', 'ok']);
    expect(checkClock(0)).toMatchObject({ status: 'failed', fix: expect.stringContaining('NTP') });
  });

  it('know a data folder that is none, and one that can be made', async () => {
    writeFileSync(join(cwd, 'file'), '');
    expect(await checkDataDir(join(cwd, 'file'))).toMatchObject({ status: 'failed' });
    expect(await checkDataDir(join(cwd, 'a', 'b'))).toMatchObject({ status: 'ok' });
    expect(await checkDataDir(cwd)).toMatchObject({ status: 'ok' });
    expect(await checkDisk(join(cwd, 'a'), 0)).toMatchObject({ status: 'ok' });
    expect(await checkDisk(cwd, Number.POSITIVE_INFINITY)).toMatchObject({ status: 'warn' });
  });

  it('know a port that something else holds', async () => {
    const port = await listening();
    expect(await checkListen(`127.0.0.1:${port}`)).toMatchObject({
      status: 'failed',
      fix: expect.stringContaining('--listen'),
    });
    expect(await checkListen('127.0.0.1:0')).toMatchObject({ status: 'ok' });
    expect(await checkListen('192.0.2.1:80')).toMatchObject({ status: 'failed' });
    const vedetteItself = await fakeServer(() => ({ body: { service: 'vedette', status: 'ok' } }));
    expect(await checkListen(new URL(vedetteItself.url).host)).toMatchObject({ status: 'ok' });
    await vedetteItself.close();
  });

  it('know a database server that is not there', async () => {
    const port = await listening();
    const at = (host: string) => checkConnection('the server', `postgres://${host}/x`, 5432, 'state.url');
    expect((await at(`127.0.0.1:${port}`)).status).toBe('ok');
    await new Promise((resolve) => open.pop()?.close(resolve));
    expect(await at(`me:hunter2@127.0.0.1:${port}`)).toMatchObject({
      status: 'failed',
      detail: expect.not.stringContaining('hunter2'),
    });
  });

  it('know files that are not what they should be', async () => {
    const file = join(cwd, 'file');
    expect((await checkGeo(file, undefined)).detail).toContain('ENOENT');
    writeFileSync(file, 'ip_or_cidr,category\n192.0.2.1,c2\n');
    expect((await checkGeo(file, undefined)).detail).toContain('no MMDB');
    expect((await checkThreatList(file)).status).toBe('failed');
    writeFileSync(file, '\ufeffip_or_cidr,category,confidence\n192.0.2.1,c2,90\n# note\n');
    expect(await checkThreatList(file)).toEqual({ status: 'ok', detail: '1 lines' });
    writeFileSync(
      file,
      Buffer.concat([Buffer.alloc(200), Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]),
    );
    expect((await checkGeo(file, file)).status).toBe('ok');
  });

  it('tell a healthy server from a degraded one and from one of another time', async () => {
    let status = 'ok';
    const server = await fakeServer(() => ({ body: { status, version: '0.1.0' } }));
    const client = new Client(server.url, undefined);
    expect((await checkServer(client, Date.now)).status).toBe('ok');
    expect((await checkServer(client, () => Date.now() + 3_600_000)).detail).toMatch(/differ by 3[56]\d\d s/);
    status = 'degraded';
    expect((await checkServer(client, Date.now)).status).toBe('warn');
    await server.close();
  });

  it('know whether packets can be captured, and say how to allow it', async () => {
    const path = process.env.PATH;
    const missing = await checkCapture({ mode: 'off', captureTool: 'no-such-tool' as 'tcpdump' });
    expect(missing).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('can be read, not taken; zstd files'),
    });
    const needed = await checkCapture({ mode: 'live', captureTool: 'no-such-tool' as 'tcpdump' });
    expect(needed).toMatchObject({ status: 'failed', fix: expect.stringContaining('traffic.mode') });
    // A tool that may not.
    writeFileSync(
      join(cwd, 'tcpdump'),
      '#!/bin/sh\necho "tcpdump: lo: You do not have permission to capture" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    process.env.PATH = `${cwd}:${path}`;
    const refused = await checkCapture({ mode: 'off', captureTool: 'tcpdump' });
    process.env.PATH = path;
    expect(refused).toMatchObject({ status: 'warn', detail: expect.stringContaining('lacks the permission') });
    expect(refused.fix).toMatch(/setcap cap_net_raw=ep .*\/tcpdump.*usermod -aG wireshark/);
  });

  it.skipIf(!able)('capture where they may', async () => {
    expect(await checkCapture({ mode: 'live', captureTool: 'auto' })).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^(dumpcap|tcpdump) may capture; zstd files are read/),
    });
  });

  it('fail when they throw', async () => {
    const run = () => Promise.reject(new Error('broken'));
    expect(await runChecks([{ id: 'x', group: 'data', run }])).toMatchObject([
      { id: 'x', status: 'failed', detail: 'broken' },
    ]);
  });
});

describe('vedette doctor', () => {
  it('answers as a program reads it, and exits with 1 on a failed check', async () => {
    const port = await listening();
    const env = { API_KEY: 'a-very-secret-key', DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/x` };
    const argv = [
      'doctor',
      '--json',
      '--listen',
      `127.0.0.1:${port}`,
      '--set',
      `telemetry.url=http://127.0.0.1:${port}`,
    ];
    const { exit, out } = await vedette(argv, { cwd, env });
    const report = JSON.parse(out) as { ok: boolean; checks: { id: string; status: string; ms: number }[] };
    expect([exit, report.ok]).toEqual([1, false]);
    const byId = new Map(report.checks.map((check) => [check.id, check]));
    expect(byId.get('listen')).toMatchObject({
      group: 'network',
      status: 'failed',
      fix: expect.any(String),
      ms: expect.any(Number),
    });
    expect([byId.get('state')?.status, byId.get('telemetry')?.status]).toEqual(['ok', 'ok']);
    expect(out).not.toMatch(/hunter2|secret/);
  });

  it('reports settings that cannot be used, and --strict makes a warning fail', async () => {
    writeFileSync(join(cwd, 'vedette.yaml'), 'node: 999\n');
    expect(await vedette(['doctor'], { cwd })).toMatchObject({
      exit: 1,
      out: expect.stringContaining('FAIL  settings'),
    });
    rmSync(join(cwd, 'vedette.yaml'));
    const port = await listening();
    const url = `127.0.0.1:${port}`;
    const env = { VEDETTE_NODDE: '1', DATABASE_URL: `postgres://${url}`, VEDETTE_TELEMETRY_URL: `http://${url}` };
    const argv = ['doctor', '--listen', '127.0.0.1:0'];
    const lenient = await vedette(argv, { cwd, env });
    expect([lenient.exit, lenient.out]).toEqual([0, expect.stringContaining('did you mean VEDETTE_NODE?')]);
    expect((await vedette([...argv, '--strict'], { cwd, env })).exit).toBe(1);
  });
});
