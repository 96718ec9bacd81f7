import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HttpClient } from '../../src/kit/http-client.ts';
import { Ledger } from './ledger.ts';

const MAIN = join(import.meta.dirname, 'receiver-main.ts');
let folder = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'receiver-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(folder, { recursive: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function start(...args: string[]): Promise<{ child: ChildProcess; port: number; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, ...JSON.parse(String(line)) };
}

it('knows after it was killed what it had confirmed, on the same port', async () => {
  const file = join(folder, 'taken');
  const first = await start('splunk', JSON.stringify({ file }));
  const http = new HttpClient({ origin: first.url, allowPrivate: true });
  const send = async (id: string) => {
    const headers = { authorization: 'Splunk 11111111-2222-3333-4444-555555555555' };
    const body = `{"event":{"id":"${id}"}}`;
    const { status } = await http.request({ method: 'POST', path: '/services/collector', headers, body });
    expect(status).toBe(200);
  };
  await send('1');
  await send('2');
  await kill(first.child);
  const second = await start('splunk', JSON.stringify({ file, port: first.port }));
  expect(second.port).toBe(first.port);
  await http.close();
  const again = new HttpClient({ origin: second.url, allowPrivate: true });
  const { text } = await again.request({ method: 'GET', path: '/control' });
  expect(JSON.parse(text)).toMatchObject({ events: 2, distinct: 2 });
  await again.close();
  second.child.kill('SIGTERM');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
  expect([...new Ledger(file).ids()]).toEqual(['1', '2']);
});

it('says which receivers there are', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'toString'], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(said).toMatch(/There is no receiver toString: one of .*splunk/);
});
