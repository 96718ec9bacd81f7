import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, type ConfigSources, describeSettings, envName, loadConfig, maskSettings } from './config.ts';
import { type FieldTree, fieldsOf } from './fields.ts';
import { SETTINGS, UNUSED_SECTIONS } from './settings.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function load(sources: ConfigSources & { yaml?: string } = {}) {
  rmSync(join(cwd, 'vedette.yaml'), { force: true });
  if (sources.yaml !== undefined) writeFileSync(join(cwd, 'vedette.yaml'), sources.yaml);
  return loadConfig({ env: {}, cwd, ...sources });
}

function problemsOf(sources: ConfigSources & { yaml?: string }): string[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => `${problem.at} ${problem.message}`);
    throw error;
  }
  return [];
}

describe('defaults', () => {
  it('are the documented ones', () => {
    const { settings, file, warnings } = load();
    expect(settings.listen).toBe('127.0.0.1:8080');
    expect(settings.dataDir).toBe(join(cwd, '.data'));
    expect(settings.telemetry.retentionDays).toBe(7);
    expect(settings.ingest).toMatchObject({ queueRecords: 10_000, maxBodyBytes: 5_242_880, rpm: 120 });
    expect(settings.api).toMatchObject({ defaultRpm: 600, keys: [], metricsUser: 'metrics', docs: true });
    expect(settings.honeypot).toMatchObject({ rotateMaxBytes: 1_000_000, retentionDays: 14 });
    expect(settings.state.url).toBeUndefined();
    expect([file, warnings]).toEqual([undefined, []]);
  });

  it('pass their own checks', () => {
    for (const { path, field } of fieldsOf(SETTINGS as FieldTree)) {
      if (field.fallback === undefined) continue;
      expect(field.schema.safeParse(field.fallback).success, path).toBe(true);
    }
  });

  it('have one environment name each', () => {
    const names = fieldsOf(SETTINGS as FieldTree).flatMap(({ path, field }) => [envName(path), ...field.env]);
    expect(new Set(names).size).toBe(names.length);
    expect(envName('telemetry.retentionDays')).toBe('VEDETTE_TELEMETRY_RETENTION_DAYS');
  });
});

describe('precedence', () => {
  const yaml = 'listen: 127.0.0.1:1001\nlog:\n  level: warn\nrisk:\n  preset: classic\n';

  it('is default, file, environment, flag', () => {
    const config = load({
      yaml,
      env: { VEDETTE_LOG_LEVEL: 'error', VEDETTE_LISTEN: '127.0.0.1:1002' },
      flags: { listen: '127.0.0.1:1003', dataDir: undefined },
    });
    expect(config.settings.listen).toBe('127.0.0.1:1003');
    expect(config.settings.log.level).toBe('error');
    expect(config.settings.risk.preset).toBe('classic');
    const origins = ['listen', 'log.level', 'risk.preset', 'node'].map((path) => config.origin(path));
    expect(origins).toEqual(['flag', 'env', 'file', 'default']);
  });

  it('prefers the name of the tree to the older one, and takes an empty variable as not set', () => {
    const env = { RATE_LIMIT_INGEST_RPM: '60', VEDETTE_INGEST_RPM: '90', RATE_LIMIT_DEFAULT_RPM: '' };
    const { settings } = load({ env });
    expect([settings.ingest.rpm, settings.api.defaultRpm]).toEqual([90, 600]);
  });

  it('adds API_KEY and API_KEYS up', () => {
    const { settings } = load({ env: { API_KEY: 'first-key', API_KEYS: 'second-key, third-key' } });
    expect(settings.api.keys).toEqual(['second-key', 'third-key', 'first-key']);
  });

  it('finds the file by flag, by variable, in the working and in the data folder', () => {
    writeFileSync(join(cwd, 'a.json'), '{"node": 1}');
    writeFileSync(join(cwd, 'b.yaml'), 'node: 2');
    expect(load({ configFile: 'a.json', env: { VEDETTE_CONFIG: 'b.yaml' } }).settings.node).toBe(1);
    expect(load({ env: { VEDETTE_CONFIG: 'b.yaml' } }).settings.node).toBe(2);
    const data = mkdtempSync(join(cwd, 'data-'));
    writeFileSync(join(data, 'vedette.yml'), 'node: 3\ngeo:\n  cityFile: city.mmdb');
    const { settings, file } = load({ flags: { dataDir: data } });
    expect([settings.node, file]).toEqual([3, join(data, 'vedette.yml')]);
    expect(settings.geo.cityFile).toBe(join(data, 'city.mmdb'));
  });
});

describe('reading values', () => {
  it('takes what an environment can say', () => {
    const { settings } = load({
      env: {
        VEDETTE_INGEST_MAX_BODY_BYTES: '5 MB',
        VEDETTE_TELEMETRY_MEMORY_LIMIT: '1.5GiB',
        VEDETTE_API_DOCS: 'off',
        PRIVACY_MODE: 'OFF',
        VEDETTE_RISK_WEIGHTS: 'port.remote=5, intel.c2=80',
        VEDETTE_API_CORS: 'https://a.example,https://b.example',
        VEDETTE_LISTEN: '[::1]:0',
      },
    });
    expect(settings.ingest.maxBodyBytes).toBe(5_000_000);
    expect(settings.telemetry.memoryLimit).toBe(1_610_612_736);
    expect([settings.api.docs, settings.privacy.mode]).toEqual([false, 'off']);
    expect(settings.risk.weights).toEqual({ 'port.remote': 5, 'intel.c2': 80 });
    expect(settings.api.cors).toEqual(['https://a.example', 'https://b.example']);
  });

  it('takes a yes or no of YAML as the word', () => {
    expect(load({ yaml: 'privacy:\n  mode: off' }).settings.privacy.mode).toBe('off');
    expect(load({ yaml: 'privacy:\n  mode: false' }).settings.privacy.mode).toBe('off');
  });

  it('takes an empty file and empty sections', () => {
    expect(load({ yaml: '# nothing\n' }).settings.node).toBe(0);
    expect(load({ yaml: 'log:\napi:\n  keys:\n' }).settings.log.level).toBe('info');
  });
});

describe('mistakes', () => {
  it('suggests the nearest name in the file', () => {
    expect(problemsOf({ yaml: 'telemetry:\n  retentoinDays: 3' })).toEqual([
      'telemetry.retentoinDays is no setting. Did you mean telemetry.retentionDays?',
    ]);
    expect(problemsOf({ yaml: 'lisen: 0.0.0.0:1' })).toEqual(['lisen is no setting. Did you mean listen?']);
    expect(problemsOf({ yaml: 'presett: classic' })).toEqual(['presett is no setting.']);
    expect(problemsOf({ yaml: 'cityFile: a' })).toEqual(['cityFile is no setting. Did you mean geo.cityFile?']);
    expect(problemsOf({ yaml: '"__proto__": {"a": 1}' })).toEqual(['__proto__ is no setting.']);
    expect(problemsOf({ flags: { 'risk.preste': 'classic' } })).toEqual([
      'risk.preste is no setting. Did you mean risk.preset?',
    ]);
  });

  it('says what a value must be, where it came from, and lists all of them', () => {
    expect(
      problemsOf({ yaml: 'listen: 8080\nlog: loud\nrisk:\n  preset: clasic', env: { VEDETTE_NODE: '-1' } }),
    ).toEqual([
      'log must be a section with names in it.',
      'listen must be HOST:PORT, such as 127.0.0.1:8080, not 8080.',
      'node (VEDETTE_NODE) must be a whole number from 0 to 255, not "-1".',
      'risk.preset must be one of default, classic, not "clasic".',
    ]);
    expect(problemsOf({ env: { VEDETTE_GEO_HOME_NETWORKS: '10.0.0.0/8,192.0.2.0/33' } })).toEqual([
      'geo.homeNetworks (VEDETTE_GEO_HOME_NETWORKS) must be a list of addresses or networks such as 192.0.2.0/24, not 192.0.2.0/33.',
    ]);
  });

  it('never repeats a secret', () => {
    const problems = problemsOf({ env: { API_KEY: 'short', DATABASE_URL: 'mysql://me:hunter2@db.example/x' } });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/short|hunter2/);
  });

  it('points at the line that is no YAML, and at a file that is not there', () => {
    expect(problemsOf({ yaml: 'log:\n  level: [\n' })[0]).toMatch(/vedette\.yaml:\d+ is neither YAML nor JSON/);
    expect(problemsOf({ configFile: 'gone.yaml' })[0]).toContain('does not exist');
  });

  it('warns of variables that mean nothing', () => {
    const { warnings } = load({
      env: { VEDETTE_LOG_LEVLE: 'info', VEDETTE_CONFIG: '', VEDETTE_TEST_X: '1', HOME: '/' },
    });
    expect(warnings).toEqual(['VEDETTE_LOG_LEVLE is set and is no setting; did you mean VEDETTE_LOG_LEVEL?']);
  });
});

describe('sections that nothing acts on', () => {
  it('exist, and setting one is a warning', () => {
    for (const section of UNUSED_SECTIONS) expect(Object.keys(SETTINGS)).toContain(section);
    const { warnings } = load({ env: { OTX_API_KEY: 'hidden', RATE_LIMIT_INGEST_RPM: '5' } });
    expect(warnings).toEqual(['feeds.otx.key is set (env), and nothing in this version acts on it.']);
  });
});

describe('masking', () => {
  const env = {
    API_KEYS: 'key-one-secret,key-two-secret',
    DATABASE_URL: 'postgres://me:hunter2@db.example:5433/vedette?password=hunter3',
    SPLUNK_HEC_TOKEN: 'tok-secret',
    SPLUNK_HEC_URL: 'https://splunk.example:8088/services/collector',
    OTX_API_KEY: 'otx-secret',
    ADMIN_TOKEN: 'adm-secret',
  };

  it('shows nothing of a secret and keeps the rest', () => {
    const config = load({ env });
    const masked = maskSettings(config.settings);
    expect(masked).toMatchObject({
      api: { keys: '***', adminToken: '***', metricsPassword: undefined },
      state: { url: 'postgres://***@db.example:5433/vedette?***' },
      outputs: { splunk: { token: '***', url: env.SPLUNK_HEC_URL } },
    });
    const shown = JSON.stringify([masked, describeSettings(config)]);
    expect(shown).not.toMatch(/secret"|hunter/);
  });

  it('says where each value came from', () => {
    const row = describeSettings(load({ env })).find((setting) => setting.name === 'state.url');
    expect(row).toMatchObject({ source: 'env', value: 'postgres://***@db.example:5433/vedette?***' });
  });
});
