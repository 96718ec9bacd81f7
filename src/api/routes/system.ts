import { formatTime } from '../../model/filter/time.ts';
import type { StoreStats } from '../../stores/telemetry/store.ts';
import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { systemAnswer } from '../schemas/system.ts';

function showStore(stats: StoreStats) {
  const time = (micros: number | null) => (micros === null ? null : formatTime(micros));
  return {
    events: stats.events,
    bytes_on_disk: stats.bytesOnDisk,
    oldest: time(stats.oldest),
    newest: time(stats.newest),
    dead_letters: stats.deadLetters,
    spooled_rows: stats.spooledRows,
    spooled_bytes: stats.spooledBytes,
  };
}

export const systemRoutes: Routes = (app, { deps, options, startedAt }) => {
  app.get(
    '/v1/system',
    {
      config: { access: 'read' },
      schema: {
        tags: ['system'],
        summary: 'The process, its stores and its settings',
        response: { 200: systemAnswer, ...errors(401, 403, 429) },
      },
    },
    async ({ caller }) => {
      const memory = process.memoryUsage();
      const isAdmin = caller?.scopes.includes('admin') === true;
      return {
        version: options.build.version,
        node: process.version,
        pid: process.pid,
        memory: { rss: memory.rss, heap: memory.heapUsed },
        uptime_seconds: Math.round((Date.now() - startedAt) / 1000),
        store: showStore(await deps.telemetry.stats()),
        matcher: { ...deps.matcher.size() },
        geo: deps.locator.sources().map(({ builtAt, ...source }) => ({ ...source, built_at: builtAt })),
        ...(isAdmin && { settings: deps.settingsView().map((setting) => ({ ...setting })) }),
      };
    },
  );
};
