import { silentLog } from '../../src/kit/log.ts';
import { PostgresStateStore } from '../../src/stores/state/state-store.ts';

/**
 * A process that owns a state store and writes until it is killed. It prints a line of JSON first: the pid of its
 * PostgreSQL and a key; then each number that is certainly written.
 */
const store = new PostgresStateStore({ dataDir: process.argv[2], log: silentLog });
await store.start();
const { secret } = await store.keys.create({ name: 'survivor', scopes: ['read'] });
process.stdout.write(`${JSON.stringify({ postgres: store.health().figures?.pid, secret })}\n`);
for (let n = 1; ; n++) {
  await store.settings.set('written', n);
  process.stdout.write(`${n}\n`);
}
