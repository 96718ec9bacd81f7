import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryIo } from '../../test/support/cli.ts';
import { createAnalysis } from '../analysis.ts';
import type { CreateApp, Started } from './host.ts';
import { run } from './run.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-serve-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Runs `serve` with an app that notes what happens to it. */
async function serve(start: (interrupt: () => void) => Promise<Started>, argv: readonly string[] = []) {
  const happened: string[] = [];
  const io = memoryIo({ cwd, env: { VEDETTE_LOG_LEVEL: 'silent' } });
  const createApp: CreateApp = (config) => ({
    async start() {
      happened.push(`start ${config.settings.listen}`);
      return start(() => io.interrupt());
    },
    async stop() {
      happened.push('stop');
    },
  });
  const exit = await run(['serve', ...argv], { createApp, createAnalysis }, io);
  return { exit, happened, err: io.written.err };
}

const started: Started = { address: 'http://127.0.0.1:8081', firstKey: 'vdt_first', cliKey: 'vdt_cli' };

describe('serve', () => {
  it('says where it is, prints the first key once, and stops at the first signal', async () => {
    const result = await serve(
      async (interrupt) => {
        setImmediate(interrupt);
        return started;
      },
      ['--host', '::1', '--port', '8081'],
    );
    expect(result).toMatchObject({ exit: 0, happened: ['start [::1]:8081', 'stop'] });
    expect(result.err).toContain('listens on http://127.0.0.1:8081');
    expect(result.err.match(/vdt_first/g)).toHaveLength(1);
    expect(result.err).toContain('Next: open the address, or send something: vedette ingest FILE');
    expect(result.err).not.toContain('vdt_cli');
  });

  it('stops what has started when it is interrupted during the start', async () => {
    const result = await serve((interrupt) => {
      interrupt();
      return new Promise(() => {});
    });
    expect(result).toMatchObject({ exit: 0, happened: ['start 127.0.0.1:8080', 'stop'] });
  });

  it('stops and says why when the start fails', async () => {
    const result = await serve(() => Promise.reject(new Error('the port is taken')));
    expect(result).toMatchObject({ exit: 1, happened: ['start 127.0.0.1:8080', 'stop'] });
    expect(result.err).toContain('error the port is taken');
  });
});
