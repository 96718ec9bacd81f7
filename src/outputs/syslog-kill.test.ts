import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Ledger } from '../../demo/receivers/ledger.ts';
import { patient, plainEncoder, rows } from './fixtures/hec.ts';
import { Syslog } from './syslog.ts';
import { syslogSchema } from './syslog-config.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'demo', 'receivers', 'receiver-main.ts');
const BATCH = 50;
const BATCHES = 120;
let folder = '';
let server: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'syslog-kill-'));
});
afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true });
});

async function kill(): Promise<void> {
  const child = server;
  server = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function start(port: number): Promise<number> {
  const options = JSON.stringify({ port, file: join(folder, 'taken') });
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'syslog', options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = child;
  const [line] = await once(child.stdout, 'data');
  return JSON.parse(String(line)).port;
}

it('leaves no gap when the server is killed while messages are under way', async () => {
  const port = await start(0);
  const config = syslogSchema.parse({ host: '127.0.0.1', port, allow_private: true, settle_ms: 500 });
  const output = new Syslog(config, plainEncoder);
  const left = Array.from({ length: BATCHES }, (_, i) => 1 + i * BATCH);
  let retried = 0;
  const send = async () => {
    for (let from = left.shift(); from !== undefined; from = left.shift()) {
      const { outcome } = await output.send(rows(BATCH, from), patient);
      if (outcome === 'delivered') continue;
      retried++;
      left.unshift(from);
      await wait(20);
    }
  };
  const sending = Promise.all(Array.from({ length: 8 }, send));
  for (let kills = 0; kills < 3; kills++) {
    await wait(700);
    await kill();
    await start(port);
  }
  await sending;
  await output.close();
  await kill();
  expect(retried).toBeGreaterThan(0);
  const taken = new Ledger(join(folder, 'taken'));
  const missing = rows(BATCH * BATCHES).filter(({ id }) => !taken.has(String(id)));
  expect(missing).toEqual([]);
}, 90_000);
