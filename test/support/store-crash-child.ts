import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import { ColumnStore } from '../../src/stores/telemetry/column-store.ts';
import { batchOf } from './event-rows.ts';

/*
 * A process that commits without end until it is killed. Each commit marks its rows with its number (src_bytes); the
 * line `number firstId rows` is printed when the commit was acknowledged. Arguments: data folder, first number.
 */
const [dataDir, first] = process.argv.slice(2);
const store = new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics(), queries: 1 });
await store.start();
console.log('ready');

let number = Number(first);
async function commitForEver(): Promise<void> {
  for (;;) {
    const own = number++;
    const size = 1 + (own % 700);
    const now = Date.now() * 1000;
    const batch = batchOf(
      Array.from({ length: size }, (_, i) => ({
        ts: now - (own % 90) * 60_000_000 + i,
        received: now,
        kind: i % 2 === 0 ? 'flow' : 'dns',
        src_bytes: own,
        bytes: i,
        packets: 1,
        exporter: `198.51.100.${own % 9}`,
        risk: own % 100,
        domain: `commit-${own}.example`,
      })),
    );
    const letter = {
      at: now,
      source: String(own),
      encoding: '',
      peer: '',
      reason: 'TEST',
      detail: '',
      bytes: new Uint8Array(9),
      size: 9,
    };
    await store.commit(batch, own % 5 === 0 ? [letter] : []);
    process.stdout.write(`${own} ${batch.firstId} ${size}\n`);
  }
}
await Promise.all([commitForEver(), commitForEver(), commitForEver()]);
