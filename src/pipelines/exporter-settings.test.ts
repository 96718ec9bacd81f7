import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../kit/config.ts';
import { parseExporterSettings, readExporterSettings } from './exporter-settings.ts';

const parse = (text: string) => parseExporterSettings(text, 'exporters.yaml');

function problems(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems.map(({ at, message }) => `${at} ${message}`);
  }
  throw new Error('the text was taken');
}

describe('the file of exporters', () => {
  const settings = parse(`
# all of the campus
198.51.100.0/24:
  name: campus
  sampling: { default: 512 }
  interfaces: { 1: uplink, 2: downlink }
198.51.100.16/28:
  sampling:
    override: 1000
198.51.100.20:
  name: switch-20
  interfaces:
    2: to the lab
192.0.2.1: edge-1
2001:db8::/32: { name: six }
"2001:DB8:0::1": { name: 61 }
192.0.2.9:
`);

  it.each([
    ['192.0.2.1', { name: 'edge-1' }],
    ['192.0.2.2', {}],
    ['192.0.2.9', {}],
    ['198.51.100.1', { name: 'campus', samplingDefault: 512, interfaces: { 1: 'uplink', 2: 'downlink' } }],
    [
      '198.51.100.20',
      {
        name: 'switch-20',
        samplingDefault: 512,
        samplingOverride: 1000,
        interfaces: { 1: 'uplink', 2: 'to the lab' },
      },
    ],
    ['2001:db8::2', { name: 'six' }],
    ['2001:db8::1', { name: '61' }],
    ['no address', {}],
  ])('%s', (address, expected) => expect(settings(address)).toEqual(expected));

  it('may be empty, or cover everything', () => {
    expect(parse('')('192.0.2.1')).toEqual({});
    expect(parse('# nothing yet\n')('192.0.2.1')).toEqual({});
    const all = parse('0.0.0.0/0: { sampling: { default: 10 } }');
    expect([all('192.0.2.1'), all('2001:db8::1')]).toEqual([{ samplingDefault: 10 }, {}]);
    expect(parse('"::/0": { sampling: { default: 10 } }')('2001:db8::1')).toEqual({ samplingDefault: 10 });
  });

  it('names every problem with its line', () => {
    expect(
      problems(
        [
          'router-1: { name: x }',
          '192.0.2.1: { nmae: x, sampling: 1000 }',
          '192.0.2.2:',
          '  sampling: { override: 0, rate: 5 }',
          '  interfaces: { eth0: lan, 7: "" }',
          '192.0.2.3: [a]',
          '::ffff:192.0.2.1: again',
          '192.0.2.4: { name: "two\\nlines", interfaces: [a] }',
          '192.0.2.5/33: x',
        ].join('\n'),
      ),
    ).toEqual([
      'exporters.yaml:1 "router-1" is no address and no network such as 192.0.2.0/24.',
      'exporters.yaml:2 192.0.2.1: nmae is no field. Did you mean name?',
      'exporters.yaml:2 192.0.2.1: sampling must be { default: RATE } or { override: RATE }.',
      'exporters.yaml:4 192.0.2.2: sampling.override must be a whole number from 1 on: one packet in so many.',
      'exporters.yaml:4 192.0.2.2: sampling.rate is no field. There are default, override.',
      'exporters.yaml:5 192.0.2.2: "eth0" is no index of an interface (a whole number, ifIndex).',
      'exporters.yaml:5 192.0.2.2: interface 7 must have a name of at most 128 characters.',
      'exporters.yaml:6 192.0.2.3 must be a name, or a map with name, sampling, interfaces.',
      'exporters.yaml:7 ::ffff:192.0.2.1 is the same as 192.0.2.1 above.',
      'exporters.yaml:8 192.0.2.4: name must be text of at most 128 characters on one line.',
      'exporters.yaml:8 192.0.2.4: interfaces must be a map of index to name, such as { 1: uplink }.',
      'exporters.yaml:9 "192.0.2.5/33" is no address and no network such as 192.0.2.0/24.',
    ]);
  });

  it('refuses what is no YAML, no map, twice the same, or too large', () => {
    expect(problems('192.0.2.1: {\n  name: x')[0]).toMatch(/^exporters\.yaml:\d is not YAML: /);
    expect(problems('- 192.0.2.1')).toEqual([
      'exporters.yaml:1 must be a map of addresses, such as "192.0.2.1: { name: edge-1 }".',
    ]);
    expect(problems('192.0.2.1: a\n192.0.2.1: b')[0]).toContain('exporters.yaml:2 is not YAML');
    expect(problems(`#${'x'.repeat(5_000_000)}`)).toEqual(['exporters.yaml is larger than 4 MiB.']);
  });

  it('is read from disk', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-exporters-'));
    try {
      const file = join(folder, 'exporters.yaml');
      expect(() => readExporterSettings(file)).toThrow(/cannot be read: ENOENT/);
      writeFileSync(file, '192.0.2.1: edge-1\n');
      expect(readExporterSettings(file)('192.0.2.1')).toEqual({ name: 'edge-1' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
