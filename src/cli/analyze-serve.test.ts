import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryIo } from '../../test/support/cli.ts';
import { scene, web } from '../../test/support/scene.ts';
import { createAnalysis } from '../analysis.ts';
import type { Settings } from '../kit/settings.ts';
import type { CreateApp } from './host.ts';
import { run } from './run.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-analyze-serve-'));
  writeFileSync(join(cwd, 'office.pcap'), scene(...web()));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Runs it with an app that is interrupted as soon as it has started. */
async function serve(argv: readonly string[], env: Record<string, string> = {}) {
  const io = memoryIo({ cwd, env: { VEDETTE_LOG_LEVEL: 'silent', ...env } });
  let settings: Settings | undefined;
  const createApp: CreateApp = (config) => ({
    async start() {
      settings = config.settings;
      setImmediate(() => io.interrupt());
      return { address: 'http://127.0.0.1:9090', cliKey: 'vdt_cli' };
    },
    async stop() {},
  });
  const exit = await run(['analyze', ...argv], { createApp, createAnalysis }, io);
  return { exit, settings, err: io.written.err };
}

describe('vedette analyze --serve', () => {
  it('starts a server with the capture in it, in a folder and with a key of its own', async () => {
    const { exit, settings, err } = await serve([
      'office.pcap',
      '--serve',
      '--window',
      '5',
      '--listen',
      '127.0.0.1:9090',
    ]);
    expect(exit).toBe(0);
    expect(settings).toMatchObject({
      listen: '127.0.0.1:9090',
      dataDir: join(cwd, '.data', 'analyze'),
      flows: { enabled: false },
      traffic: { mode: 'pcap', pcap: join(cwd, 'office.pcap'), windowSeconds: 5 },
      api: { keys: [expect.stringMatching(/^vdt_[0-9a-f]{40}$/)] },
    });
    expect(err).toContain('office.pcap is shown at http://127.0.0.1:9090/traffic');
    expect(err).toContain(`API key of this run: ${settings?.api.keys[0]}`);
    expect(err).not.toContain('vdt_cli');
  });

  it('takes the key that is configured, and networks', async () => {
    const argv = ['office.pcap', '--serve', '--home', '10.0.0.0/8,192.0.2.0/24', '--data', 'elsewhere'];
    const { settings, err } = await serve(argv, { API_KEY: 'configured-key-0123456789' });
    expect(settings).toMatchObject({ dataDir: join(cwd, 'elsewhere'), api: { keys: ['configured-key-0123456789'] } });
    expect(settings?.geo.homeNetworks).toEqual(['10.0.0.0/8', '192.0.2.0/24']);
    expect(err).not.toContain('API key');
  });

  it.each([
    [['--serve', 'office.pcap', 'office.pcap'], 2, '--serve takes one file.'],
    [['--serve', '-'], 2, '--serve takes one file.'],
    [['--serve', 'missing.pcap'], 3, 'missing.pcap is no file.'],
    [['--serve', 'office.pcap', '--html', 'x.html'], 2, '--html is for reports'],
    [['--serve', 'office.pcap', '-o', 'json'], 2, '--output is for reports'],
  ])('refuses %j', async (argv, exit, why) => {
    const result = await serve(argv);
    expect([result.exit, result.settings]).toEqual([exit, undefined]);
    expect(result.err).toContain(why);
  });
});
