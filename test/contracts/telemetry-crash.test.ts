import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Session } from 'chdb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import { ColumnStore } from '../../src/stores/telemetry/column-store.ts';
import { MINUTE } from '../../src/stores/telemetry/rollup.ts';

const rounds = Number(process.env.VEDETTE_CRASH_ROUNDS ?? 5);
const child = fileURLToPath(new URL('../support/store-crash-child.ts', import.meta.url));

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vedette-crash-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Acknowledged commits: number → first id and rows. */
const acknowledged = new Map<number, { id: string; rows: number }>();
let next = 1;

/** Lets a process commit for a while and kills it without warning. */
async function crash(): Promise<void> {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child, dataDir, String(next)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: process_.stdout })) {
    if (line === 'ready') timer = setTimeout(() => process_.kill('SIGKILL'), 100 + Math.random() * 2500);
    const match = /^(\d+) (\d+) (\d+)$/.exec(line);
    if (match) acknowledged.set(Number(match[1]), { id: match[2], rows: Number(match[3]) });
  }
  clearTimeout(timer);
  if (process_.exitCode === null && process_.signalCode === null) await once(process_, 'exit');
  expect(process_.signalCode).toBe('SIGKILL');
  // Numbers that were begun and not acknowledged are not used again.
  next = Math.max(next, ...acknowledged.keys()) + 10;
}

/** Reopens, and lets what the crash left in the spool go in. */
async function recover(): Promise<{ ms: number; spooled: number }> {
  const store = new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics(), queries: 1 });
  const started = performance.now();
  await store.start();
  const spooled = (await store.stats()).spooledRows;
  await store.flush();
  const ms = performance.now() - started;
  expect(store.health()).toMatchObject({ state: 'ok', figures: { spooled_rows: 0, quarantined_groups: 0 } });
  await store.stop();
  return { ms, spooled };
}

type Cells = (string | number)[][];

test(
  `${rounds} kills: every acknowledged event is there once, roll-ups agree with events`,
  async () => {
    const reopened: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await crash();
      const { ms, spooled } = await recover();
      reopened.push(ms);
      const session = new Session(join(dataDir, 'chdb'));
      const select = async (sql: string) =>
        (await session.queryAsync(sql, { format: 'JSONCompact' })).json<{ data: Cells }>().data;
      const [[count, unique]] = await select('SELECT count(), uniqExact(id) FROM vedette.events');
      expect(count).toBe(unique);
      const stored = new Map(
        (
          await select(
            'SELECT src_bytes, toString(min(id)), count(), toString(max(id)) FROM vedette.events GROUP BY src_bytes',
          )
        ).map(([number, first, rows, last]) => [Number(number), { first, rows, last }]),
      );
      for (const [number, { id, rows }] of acknowledged) {
        const last = String(BigInt(id) + 256n * BigInt(rows - 1));
        expect(stored.get(number), `commit ${number}`).toEqual({ first: id, rows, last });
      }
      const [[letters, sources]] = await select('SELECT count(), uniqExact(source) FROM vedette.dead_letters');
      expect(letters).toBe(sources);
      const sources5 = [...acknowledged.keys()].filter((number) => number % 5 === 0);
      expect(Number(letters)).toBeGreaterThanOrEqual(sources5.length);
      const sums = `SELECT ${MINUTE} AS minute, exporter, count(), sum(bytes), max(risk) FROM vedette.events GROUP BY minute, exporter ORDER BY minute, exporter SETTINGS`;
      expect(await select(`${sums} force_optimize_projection = 1`)).toEqual(
        await select(`${sums} optimize_use_projections = 0`),
      );
      session.close();
      console.log(
        `round ${round + 1}: ${count} events, ${acknowledged.size} commits, ${spooled} rows replayed, reopened in ${ms.toFixed(0)} ms`,
      );
    }
    expect(acknowledged.size).toBeGreaterThan(rounds);
    expect(reopened).toHaveLength(rounds);
  },
  rounds * 30_000,
);
